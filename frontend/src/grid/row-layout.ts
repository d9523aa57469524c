/** Where rows stand: records, group heads and "add" rows in one line of sections. */
import type { GridGroup } from "./types";

export const groupHeight = 42;

/** Something with a height, one below the other. Y counts from the top of the first line. */
export type Line =
  | { readonly kind: "record"; readonly index: number; readonly y: number; readonly height: number }
  | { readonly kind: "group"; readonly group: number; readonly y: number; readonly height: number }
  /** `group` is -1 without grouping. `index` is the number that a new record would get. */
  | {
      readonly kind: "add";
      readonly group: number;
      readonly index: number;
      readonly y: number;
      readonly height: number;
    };

interface Section {
  readonly kind: "record" | "group" | "add";
  readonly top: number;
  /** Height of one line. */
  readonly line: number;
  readonly lines: number;
  /** Number of the first record; for other kinds the number that comes next. */
  readonly first: number;
  readonly group: number;
}

export interface LayoutInput {
  readonly count: number;
  readonly groups?: readonly GridGroup[] | undefined;
  readonly rowHeight: number;
  readonly canAdd: boolean;
}

export class RowLayout {
  readonly height: number;
  readonly count: number;
  /** Records that are not in a collapsed group. */
  readonly shown: number;
  readonly rowHeight: number;
  private readonly sections: readonly Section[];
  private readonly records: readonly Section[];

  constructor(input: LayoutInput) {
    this.rowHeight = input.rowHeight;
    this.count = input.count;
    this.sections = input.groups === undefined ? flat(input) : grouped(input, input.groups);
    this.records = this.sections.filter((s) => s.kind === "record");
    this.shown = this.records.reduce((sum, s) => sum + s.lines, 0);
    const last = this.sections.at(-1);
    this.height = last === undefined ? 0 : last.top + last.line * last.lines;
  }

  /** The line at a height, or undefined above the first and below the last. */
  at(y: number): Line | undefined {
    const section = this.sectionAt(y);
    return section && lineOf(section, Math.floor((y - section.top) / section.line));
  }

  /** All lines that touch [from, to). */
  between(from: number, to: number): Line[] {
    const lines: Line[] = [];
    let y = Math.max(0, from);
    while (y < Math.min(to, this.height)) {
      const line = this.at(y);
      if (line === undefined) {
        break;
      }
      lines.push(line);
      y = line.y + line.height;
    }
    return lines;
  }

  /** Top of a record, or undefined if its group is collapsed. */
  yOf(index: number): number | undefined {
    const section = this.sectionOf(index);
    return section && section.top + (index - section.first) * section.line;
  }

  /** The record `delta` shown records further, clamped to the first and last. */
  step(index: number, delta: number): number {
    if (this.shown === 0) {
      return 0;
    }
    const skipped = delta > 0 && !this.isShown(index) ? 1 : 0; // its place is taken by the next shown one
    const at = Math.max(0, Math.min(this.shown - 1, this.ordinal(index) + delta - skipped));
    return this.nth(at);
  }

  isShown(index: number): boolean {
    return this.sectionOf(index) !== undefined;
  }

  /** Shown records in [from, to], as runs of numbers. */
  runs(from: number, to: number): { from: number; to: number }[] {
    const runs: { from: number; to: number }[] = [];
    for (const s of this.records) {
      const start = Math.max(from, s.first);
      const end = Math.min(to, s.first + s.lines - 1);
      if (start <= end) {
        runs.push({ from: start, to: end });
      }
    }
    return runs;
  }

  /** How many shown records stand before this one. */
  private ordinal(index: number): number {
    let before = 0;
    for (const s of this.records) {
      if (index < s.first) {
        break;
      }
      if (index < s.first + s.lines) {
        return before + index - s.first;
      }
      before += s.lines;
    }
    return before;
  }

  private nth(ordinal: number): number {
    let rest = ordinal;
    for (const s of this.records) {
      if (rest < s.lines) {
        return s.first + rest;
      }
      rest -= s.lines;
    }
    return 0;
  }

  private sectionAt(y: number): Section | undefined {
    if (y < 0 || y >= this.height) {
      return undefined;
    }
    return this.sections[lastWhere(this.sections, (s) => s.top <= y)];
  }

  private sectionOf(index: number): Section | undefined {
    const s = this.records[lastWhere(this.records, (r) => r.first <= index)];
    return s !== undefined && index >= s.first && index < s.first + s.lines ? s : undefined;
  }
}

/** The innermost group that holds a record. */
export function groupOf(groups: readonly GridGroup[], index: number): GridGroup | undefined {
  let first = 0;
  for (const [i, group] of groups.entries()) {
    if (isLeaf(groups, i)) {
      first += group.count;
      if (index < first) {
        return group;
      }
    }
  }
  return undefined;
}

function isLeaf(groups: readonly GridGroup[], i: number): boolean {
  return (groups[i + 1]?.level ?? -1) <= (groups[i]?.level ?? 0);
}

/** Position of the last item that satisfies a condition which holds up to some point. */
function lastWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

function lineOf(s: Section, n: number): Line {
  const y = s.top + n * s.line;
  if (s.kind === "record") {
    return { kind: "record", index: s.first + n, y, height: s.line };
  }
  if (s.kind === "group") {
    return { kind: "group", group: s.group, y, height: s.line };
  }
  return { kind: "add", group: s.group, index: s.first, y, height: s.line };
}

class Stack {
  readonly sections: Section[] = [];
  private top = 0;

  push(kind: Section["kind"], lines: number, line: number, first: number, group: number): void {
    if (lines > 0) {
      this.sections.push({ kind, top: this.top, line, lines, first, group });
      this.top += line * lines;
    }
  }
}

function flat({ count, rowHeight, canAdd }: LayoutInput): Section[] {
  const stack = new Stack();
  stack.push("record", count, rowHeight, 0, -1);
  stack.push("add", canAdd ? 1 : 0, addHeight(rowHeight), count, -1);
  return stack.sections;
}

function grouped({ rowHeight, canAdd }: LayoutInput, groups: readonly GridGroup[]): Section[] {
  const stack = new Stack();
  let first = 0;
  let hidden = Number.POSITIVE_INFINITY; // groups of a level above this are inside a collapsed one
  for (const [i, group] of groups.entries()) {
    const leaf = isLeaf(groups, i);
    const inside = group.level > hidden;
    if (!inside) {
      hidden = group.collapsed ? group.level : Number.POSITIVE_INFINITY;
      stack.push("group", 1, groupHeight, first, i);
    }
    if (!leaf) {
      continue;
    }
    if (!inside && !group.collapsed) {
      stack.push("record", group.count, rowHeight, first, i);
      stack.push("add", canAdd ? 1 : 0, addHeight(rowHeight), first + group.count, i);
    }
    first += group.count;
  }
  return stack.sections;
}

function addHeight(rowHeight: number): number {
  return Math.min(rowHeight, 36);
}

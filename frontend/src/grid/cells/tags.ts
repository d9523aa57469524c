/** Things that stand side by side in a cell: option pills, people, chips. */
import { fillRound, smallText } from "../paint/shapes";
import type { CellPaint } from "./renderer";
import { padding } from "./text";

export interface Tag {
  readonly id: string;
  readonly label: string;
  readonly width: number;
}

export interface Placed {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const tagHeight = 22;
const lineStep = 26;
const gap = 6;
const moreWidth = 30;
/** A tag narrower than this is not worth cutting. */
const least = 44;

/** Places tags in the lines that a cell has room for; the last line keeps room for "+n". */
export function placeTags(p: CellPaint, tags: readonly Tag[]): Placed[] {
  const left = p.x + padding;
  const right = p.x + p.width - padding;
  const inset = (p.line - tagHeight) / 2;
  const lines = Math.max(1, Math.floor((p.height - inset - tagHeight) / lineStep) + 1);
  const top = p.y + inset;
  const placed: Placed[] = [];
  let x = left;
  let line = 0;
  for (const [index, tag] of tags.entries()) {
    if (x > left && x + tag.width > right && line + 1 < lines) {
      line++;
      x = left;
    }
    const more = line + 1 === lines && index + 1 < tags.length ? moreWidth + gap : 0;
    const room = right - more - x;
    if (tag.width > room && x > left && room < least) {
      break;
    }
    const width = Math.max(0, Math.min(tag.width, room));
    placed.push({ index, x, y: top + line * lineStep, width });
    x += width + gap;
  }
  return placed;
}

/** Draws "+n" behind the last placed tag if some are hidden. */
export function drawMore(p: CellPaint, placed: readonly Placed[], total: number): void {
  const hidden = total - placed.length;
  const last = placed.at(-1);
  if (hidden <= 0 || last === undefined) {
    return;
  }
  const label = `+${hidden}`;
  const font = p.theme.fonts.small;
  const width = p.fit.width(font, label) + 12;
  fillRound(p.g, { x: last.x + last.width + gap, y: last.y, width, height: tagHeight }, 6, p.theme.chip);
  p.g.font = font;
  p.g.fillStyle = p.theme.text2;
  smallText(p.g, label, last.x + last.width + gap + 6, last.y + tagHeight / 2);
}

/** The tag under a point. */
export function tagAt(p: CellPaint, tags: readonly Tag[], x: number, y: number): Tag | undefined {
  const found = placeTags(p, tags).find(
    (t) => x >= t.x && x < t.x + t.width && y >= t.y && y < t.y + tagHeight,
  );
  return found && tags[found.index];
}

/** Width of a cell that shows all tags in one line. */
export function tagsWidth(tags: readonly Tag[]): number {
  return tags.reduce((sum, tag) => sum + tag.width + gap, padding * 2 - gap);
}

/** The value as a list: one thing, several, or none. */
export function listOf<T>(value: unknown): readonly T[] {
  if (value === null || value === undefined || value === "") {
    return [];
  }
  return (Array.isArray(value) ? value : [value]) as readonly T[];
}

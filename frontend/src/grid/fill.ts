/** Filling by the handle: a range is repeated, or its series goes on. */
import type { GridCore } from "./core";
import type { Range } from "./selection";
import type { GridColumn } from "./types";
import { Draft, type Writer } from "./writer";

const day = 86_400_000;
const dayPattern = /^\d{4}-\d\d-\d\d$/u;

/** A value as a number on its line: a number, or the days of a date. */
function placeOf(value: unknown): number | undefined {
  if (typeof value === "number") {
    return value;
  }
  return typeof value === "string" && dayPattern.test(value) ? Date.parse(value) / day : undefined;
}

/** The step of a series of numbers or days; undefined where values just repeat. */
function stepOf(values: readonly unknown[]): number | undefined {
  const [first, second] = values.map(placeOf);
  if (first === undefined || second === undefined || typeof values[0] !== typeof values[1]) {
    return undefined;
  }
  const step = second - first;
  const steady = values.every((value, i) => {
    const at = placeOf(value);
    return at !== undefined && Math.abs(at - (first + step * i)) < 1e-9 * Math.max(1, Math.abs(at));
  });
  return steady ? step : undefined;
}

/** The value so many places from the first of some values; places may be negative. */
export function continued(values: readonly unknown[], place: number): unknown {
  const step = stepOf(values);
  const [first] = values;
  if (step === undefined || step === 0) {
    const n = values.length;
    return values[((place % n) + n) % n] ?? null;
  }
  const next = (placeOf(first) ?? 0) + step * place;
  if (typeof first === "number") {
    return Number(next.toPrecision(15));
  }
  const date = new Date(next * day);
  return date.getUTCFullYear() > 9999 || Number.isNaN(date.getTime())
    ? null
    : date.toISOString().slice(0, 10);
}

/** Fills what a range was drawn over beyond its own cells, as one batch. */
export async function fill(core: GridCore, writer: Writer, from: Range, to: Range): Promise<void> {
  await writer.loaded(to);
  const rows = core.view.rows
    .runs(to.top, to.bottom)
    .flatMap((run) => Array.from({ length: run.to - run.from + 1 }, (_, i) => run.from + i));
  const draft = new Draft();
  const add = (index: number, column: GridColumn | undefined, values: readonly unknown[], place: number) => {
    if (column !== undefined) {
      writer.add(draft, index, column, column.sealed ? undefined : { value: continued(values, place) });
    }
  };
  const own = rows.filter((row) => row >= from.top && row <= from.bottom);
  const first = rows.indexOf(from.top);
  const down = to.top !== from.top || to.bottom !== from.bottom;
  for (let col = to.left; down && col <= to.right; col++) {
    const column = core.view.column(col);
    const values = own.map((row) => core.row(row)?.fields[column?.key ?? ""] ?? null);
    for (const [i, row] of rows.entries()) {
      if (row < from.top || row > from.bottom) {
        add(row, column, values, i - first);
      }
    }
  }
  for (const row of down ? [] : own) {
    sideways(core, writer, draft, { row, from, to });
  }
  writer.send(draft, "fill");
}

interface Line {
  readonly row: number;
  readonly from: Range;
  readonly to: Range;
}

/** To other columns values go as texts, for those may be of another type. */
function sideways(core: GridCore, writer: Writer, draft: Draft, { row, from, to }: Line): void {
  const record = core.row(row);
  const width = from.right - from.left + 1;
  for (let col = to.left; record !== undefined && col <= to.right; col++) {
    const column = core.view.column(col);
    const source = core.view.column(from.left + ((((col - from.left) % width) + width) % width));
    if (column !== undefined && source !== undefined && (col < from.left || col > from.right)) {
      const text = writer.textOf(record, source);
      writer.add(draft, row, column, source.sealed ? undefined : writer.parse(column, text), text);
    }
  }
}

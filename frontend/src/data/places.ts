/** Where rows are in runs that follow each other. */
import type { RecordCache } from "./record-cache";
import type { Segment } from "./segment";

/** The run that holds a row, and the row's place in it. */
export function placeIn(
  segments: readonly Segment[],
  index: number,
): { readonly segment: Segment; readonly at: number } | undefined {
  let at = index;
  for (const segment of segments) {
    if (at < segment.count) {
      return at < 0 ? undefined : { segment, at };
    }
    at -= segment.count;
  }
  return undefined;
}

/** Whether a record of [from, to) is not loaded. */
export function isMissing(segment: Segment, cache: RecordCache, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const id = segment.id(at);
    if (id === undefined || cache.get(id) === undefined) {
      return true;
    }
  }
  return false;
}

export interface Run {
  readonly segment: Segment;
  /** Which segment it is. */
  readonly number: number;
  /** Rows of the segment, [start, end). */
  readonly start: number;
  readonly end: number;
}

/** What of each segment lies among the rows [from, to) of them all. */
export function runsIn(segments: readonly Segment[], from: number, to: number): Run[] {
  const runs: Run[] = [];
  let before = 0;
  for (const [number, segment] of segments.entries()) {
    const start = Math.max(0, from - before);
    const end = Math.min(segment.count, to - before);
    if (start < end) {
      runs.push({ segment, number, start, end });
    }
    before += segment.count;
  }
  return runs;
}

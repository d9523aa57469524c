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

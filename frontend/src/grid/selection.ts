/** The selection: an anchor (the active cell) and the opposite corner. */

export interface Pos {
  readonly row: number;
  readonly col: number;
}

export type SelectionMode = "cells" | "rows" | "columns" | "all";

export interface Selection {
  readonly mode: SelectionMode;
  readonly anchor: Pos;
  readonly head: Pos;
}

/** A rectangle of cells; all four numbers are included. */
export interface Range {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A range drawn as far as a cell, one way: up or down, else to a side. */
export function stretched(from: Range, to: Pos): Selection {
  const start = { row: from.top, col: from.left };
  const end = { row: from.bottom, col: from.right };
  if (to.row > end.row) {
    return { mode: "cells", anchor: start, head: { row: to.row, col: end.col } };
  }
  if (to.row < start.row) {
    return { mode: "cells", anchor: end, head: { row: to.row, col: start.col } };
  }
  return to.col < start.col
    ? { mode: "cells", anchor: end, head: { row: start.row, col: to.col } }
    : { mode: "cells", anchor: start, head: { row: end.row, col: Math.max(to.col, end.col) } };
}

/** How big the grid is, and how to walk its rows. */
export interface Extent {
  readonly rows: number;
  readonly cols: number;
  step(row: number, delta: number): number;
}

export type Direction = "up" | "down" | "left" | "right";

export function single(pos: Pos): Selection {
  return { mode: "cells", anchor: pos, head: pos };
}

export function rangeOf(s: Selection, extent: Extent): Range {
  const top = Math.min(s.anchor.row, s.head.row);
  const bottom = Math.max(s.anchor.row, s.head.row);
  const left = Math.min(s.anchor.col, s.head.col);
  const right = Math.max(s.anchor.col, s.head.col);
  const wide = s.mode === "rows" || s.mode === "all";
  const tall = s.mode === "columns" || s.mode === "all";
  return {
    top: tall ? 0 : top,
    bottom: tall ? extent.rows - 1 : bottom,
    left: wide ? 0 : left,
    right: wide ? extent.cols - 1 : right,
  };
}

export function isSingle(s: Selection): boolean {
  return s.mode === "cells" && s.anchor.row === s.head.row && s.anchor.col === s.head.col;
}

/** Moves the active cell; the range collapses to it. */
export function moved(s: Selection, direction: Direction, far: boolean, extent: Extent): Selection {
  return single(shift(s.anchor, direction, far ? Infinity : 1, extent));
}

/** Moves the corner opposite the active cell. */
export function extended(s: Selection, direction: Direction, far: boolean, extent: Extent): Selection {
  const mode = s.mode === "all" ? "cells" : s.mode;
  return { mode, anchor: s.anchor, head: shift(s.head, direction, far ? Infinity : 1, extent) };
}

export function paged(s: Selection, rows: number, extend: boolean, extent: Extent): Selection {
  const from = extend ? s.head : s.anchor;
  const to = { row: extent.step(from.row, rows), col: from.col };
  return extend ? { mode: s.mode, anchor: s.anchor, head: to } : single(to);
}

/** Next cell in reading order, or the previous one; undefined past the last. */
export function tabbed(s: Selection, back: boolean, extent: Extent): Selection | undefined {
  const { row, col } = s.anchor;
  const next = col + (back ? -1 : 1);
  if (next >= 0 && next < extent.cols) {
    return single({ row, col: next });
  }
  const line = extent.step(row, back ? -1 : 1);
  if (line === row) {
    return undefined;
  }
  return single({ row: line, col: back ? extent.cols - 1 : 0 });
}

/** Keeps the selection inside a grid that has shrunk; undefined if nothing is left. */
export function clamped(s: Selection, extent: Extent): Selection | undefined {
  if (extent.rows === 0 || extent.cols === 0) {
    return undefined;
  }
  const inside = (p: Pos): Pos => ({
    row: Math.max(0, Math.min(extent.rows - 1, p.row)),
    col: Math.max(0, Math.min(extent.cols - 1, p.col)),
  });
  return { mode: s.mode, anchor: inside(s.anchor), head: inside(s.head) };
}

function shift(pos: Pos, direction: Direction, by: number, extent: Extent): Pos {
  const delta = direction === "up" || direction === "left" ? -by : by;
  if (direction === "up" || direction === "down") {
    return { row: extent.step(pos.row, delta), col: pos.col };
  }
  return { row: pos.row, col: Math.max(0, Math.min(extent.cols - 1, pos.col + delta)) };
}

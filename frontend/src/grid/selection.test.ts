import { describe, expect, it } from "vitest";
import { clamped, type Extent, extended, moved, paged, rangeOf, single, tabbed } from "./selection";

const extent: Extent = {
  rows: 100_000,
  cols: 30,
  step: (row, delta) => Math.max(0, Math.min(99_999, row + delta)),
};

describe("the selection", () => {
  const at = single({ row: 5, col: 3 });

  it("moves and collapses", () => {
    const wide = extended(at, "down", false, extent);
    expect(moved(wide, "right", false, extent)).toEqual(single({ row: 5, col: 4 }));
  });

  it("extends from the active cell, to both sides", () => {
    const up = extended(extended(at, "up", false, extent), "left", false, extent);
    expect(rangeOf(up, extent)).toEqual({ top: 4, bottom: 5, left: 2, right: 3 });
    expect(up.anchor).toEqual({ row: 5, col: 3 });
  });

  it("jumps to the edges", () => {
    expect(moved(at, "down", true, extent).anchor).toEqual({ row: 99_999, col: 3 });
    expect(moved(at, "left", true, extent).anchor).toEqual({ row: 5, col: 0 });
  });

  it("covers any number of rows", () => {
    const all = extended(single({ row: 0, col: 0 }), "down", true, extent);
    expect(rangeOf(all, extent).bottom).toBe(99_999);
    expect(rangeOf({ ...at, mode: "columns" }, extent)).toEqual({
      top: 0,
      bottom: 99_999,
      left: 3,
      right: 3,
    });
    expect(rangeOf({ ...at, mode: "all" }, extent)).toEqual({ top: 0, bottom: 99_999, left: 0, right: 29 });
  });

  it("tabs to the next line and out at the end", () => {
    expect(tabbed(single({ row: 5, col: 29 }), false, extent)).toEqual(single({ row: 6, col: 0 }));
    expect(tabbed(single({ row: 6, col: 0 }), true, extent)).toEqual(single({ row: 5, col: 29 }));
    expect(tabbed(single({ row: 99_999, col: 29 }), false, extent)).toBeUndefined();
  });

  it("pages and stays inside", () => {
    expect(paged(at, -20, false, extent)).toEqual(single({ row: 0, col: 3 }));
    expect(paged(at, 20, true, extent).head).toEqual({ row: 25, col: 3 });
  });

  it("shrinks with the table and goes with its last row", () => {
    expect(clamped(single({ row: 9, col: 9 }), { ...extent, rows: 3, cols: 2 })?.anchor).toEqual({
      row: 2,
      col: 1,
    });
    expect(clamped(at, { ...extent, rows: 0 })).toBeUndefined();
  });
});

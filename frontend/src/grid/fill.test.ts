import { describe, expect, it } from "vitest";
import { continued } from "./fill";
import { stretched } from "./selection";

const next = (values: unknown[], ...places: number[]) => places.map((place) => continued(values, place));

describe("what goes on below filled cells", () => {
  it("repeats one value and blocks of texts", () => {
    expect(next([7], 1, 2)).toEqual([7, 7]);
    expect(next(["a", "b"], 2, 3, 4, -1)).toEqual(["a", "b", "a", "b"]);
    expect(next([null], 1)).toEqual([null]);
  });
  it("goes on with steady numbers, also upwards and with decimals", () => {
    expect(next([1, 2], 2, 3, -1)).toEqual([3, 4, 0]);
    expect(next([0.1, 0.2, 0.3], 3, 4)).toEqual([0.4, 0.5]);
    expect(next([10, 8], 2)).toEqual([6]);
  });
  it("repeats numbers without one step, and a step of nothing", () => {
    expect(next([1, 2, 4], 3, 4)).toEqual([1, 2]);
    expect(next([5, 5], 2)).toEqual([5]);
    expect(next([1, null], 2)).toEqual([1]);
    expect(next([1, "2026-01-01"], 2)).toEqual([1]);
  });
  it("goes on with days over months and leap years", () => {
    expect(next(["2026-01-30", "2026-01-31"], 2)).toEqual(["2026-02-01"]);
    expect(next(["2028-02-27", "2028-02-28"], 2, 3)).toEqual(["2028-02-29", "2028-03-01"]);
    expect(next(["2026-11-20", "2026-11-27"], -1)).toEqual(["2026-11-13"]);
    expect(next(["9999-12-30", "9999-12-31"], 2)).toEqual([null]);
  });
});

describe("a range that is drawn larger", () => {
  const from = { top: 2, bottom: 3, left: 1, right: 2 };
  const at = (row: number, col: number) => {
    const { anchor, head } = stretched(from, { row, col });
    return [anchor.row, anchor.col, head.row, head.col];
  };
  it("goes one way", () => {
    expect(at(6, 9)).toEqual([2, 1, 6, 2]);
    expect(at(0, 0)).toEqual([3, 2, 0, 1]);
    expect(at(2, 5)).toEqual([2, 1, 3, 5]);
    expect(at(3, 0)).toEqual([3, 2, 2, 0]);
    expect(at(2, 2)).toEqual([2, 1, 3, 2]);
  });
});

import { describe, expect, it } from "vitest";
import { ColumnLayout, headWidth } from "./column-layout";
import type { GridColumn } from "./types";

const columns = (...widths: number[]): GridColumn[] =>
  widths.map((width, i) => ({ key: `c${i}`, title: `C${i}`, type: "text", width }));

describe("columns", () => {
  const layout = new ColumnLayout({
    columns: columns(200, 100, 100, 100),
    frozen: 1,
    viewport: 1000,
    canAdd: true,
  });

  it("stand side by side after the row head", () => {
    expect(layout.left(0)).toBe(headWidth);
    expect(layout.left(2)).toBe(headWidth + 300);
    expect(layout.frozenWidth).toBe(headWidth + 200);
    expect(layout.total).toBe(headWidth + 500 + 60);
  });

  it.each([
    [10, 0, -1],
    [headWidth, 0, 0],
    [headWidth + 199, 500, 0],
    [headWidth + 200, 0, 1],
    [headWidth + 200, 100, 2],
    [headWidth + 500, 0, -1],
  ])("at %i with scroll %i is column %i", (x, scroll, col) => {
    expect(layout.at(x, scroll)).toBe(col);
  });

  it("scrolled under the frozen ones are not visible", () => {
    expect(layout.visible(100, 400)).toEqual({ first: 2, last: 3 });
    expect(layout.visible(0, 300)).toEqual({ first: 1, last: 1 });
  });

  it("are dropped before or after the middle of another", () => {
    expect(layout.dropAt(headWidth + 220, 0)).toBe(1);
    expect(layout.dropAt(headWidth + 280, 0)).toBe(2);
    expect(layout.dropAt(5000, 0)).toBe(4);
  });
});

describe("frozen columns on a narrow screen", () => {
  it("take at most 40 % of it", () => {
    const layout = new ColumnLayout({
      columns: columns(280, 120, 120),
      frozen: 2,
      viewport: 390,
      canAdd: false,
    });
    expect(layout.frozen).toBe(1);
    expect(layout.frozenWidth).toBeLessThanOrEqual(390 * 0.4);
  });

  it("keep their width on a wide one", () => {
    const layout = new ColumnLayout({
      columns: columns(280, 120, 120),
      frozen: 2,
      viewport: 700,
      canAdd: false,
    });
    expect(layout.frozenWidth).toBe(headWidth + 400);
  });
});

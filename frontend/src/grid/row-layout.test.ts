import { describe, expect, it } from "vitest";
import { groupHeight, groupOf, RowLayout } from "./row-layout";
import type { GridGroup } from "./types";

const group = (key: string, count: number, rest: Partial<GridGroup> = {}): GridGroup => ({
  key,
  count,
  level: 0,
  collapsed: false,
  label: { text: key, kind: "text" },
  ...rest,
});

describe("a flat layout", () => {
  const layout = new RowLayout({ count: 1_000_000, rowHeight: 36, canAdd: true });

  it("is as high as its rows and the add row", () => {
    expect(layout.height).toBe(1_000_000 * 36 + 36);
  });

  it.each([
    [0, 0],
    [35, 0],
    [36, 1],
    [36 * 999_999, 999_999],
  ])("finds at height %i the record %i", (y, index) => {
    expect(layout.at(y)).toMatchObject({ kind: "record", index });
  });

  it("has nothing above and below", () => {
    expect(layout.at(-1)).toBeUndefined();
    expect(layout.at(layout.height)).toBeUndefined();
    expect(layout.at(layout.height - 1)).toMatchObject({ kind: "add", index: 1_000_000 });
  });

  it("lists exactly the lines that touch a stretch", () => {
    const lines = layout.between(40, 110);
    expect(lines.map((l) => l.kind === "record" && l.index)).toEqual([1, 2, 3]);
  });

  it("steps from row to row and stops at the ends", () => {
    expect(layout.step(5, 3)).toBe(8);
    expect(layout.step(5, -10)).toBe(0);
    expect(layout.step(5, Number.POSITIVE_INFINITY)).toBe(999_999);
  });
});

describe("an empty layout", () => {
  it("holds only the add row", () => {
    const layout = new RowLayout({ count: 0, rowHeight: 36, canAdd: true });
    expect(layout.between(0, 1000)).toEqual([{ kind: "add", group: -1, index: 0, y: 0, height: 36 }]);
    expect(layout.step(0, 1)).toBe(0);
  });
});

describe("a grouped layout", () => {
  const groups = [group("a", 3), group("b", 5, { collapsed: true }), group("c", 2)];
  const layout = new RowLayout({ count: 10, rowHeight: 32, canAdd: true, groups });

  it("puts a head before each run and an add row after it", () => {
    const kinds = layout.between(0, layout.height).map((l) => (l.kind === "record" ? l.index : l.kind));
    expect(kinds).toEqual(["group", 0, 1, 2, "add", "group", "group", 8, 9, "add"]);
  });

  it("keeps record numbers over collapsed groups", () => {
    expect(layout.yOf(0)).toBe(groupHeight);
    expect(layout.yOf(3)).toBeUndefined();
    expect(layout.yOf(8)).toBe(3 * groupHeight + 3 * 32 + 32);
    expect(layout.shown).toBe(5);
  });

  it("knows the group of a record, and where a hidden one would go on", () => {
    expect(groupOf(groups, 7)?.key).toBe("b");
    expect(groupOf(groups, 8)?.key).toBe("c");
    expect(groupOf(groups, 10)).toBeUndefined();
    expect(layout.step(5, 1)).toBe(8);
    expect(layout.step(5, -1)).toBe(2);
  });

  it("steps over collapsed groups", () => {
    expect(layout.step(2, 1)).toBe(8);
    expect(layout.step(8, -1)).toBe(2);
    expect(layout.runs(1, 9)).toEqual([
      { from: 1, to: 2 },
      { from: 8, to: 9 },
    ]);
  });
});

describe("nested groups", () => {
  it("show records under the innermost group alone, and nothing below a collapsed one", () => {
    const groups = [
      group("a", 3, { collapsed: true }),
      group("a1", 2, { level: 1 }),
      group("a2", 1, { level: 1 }),
      group("b", 2),
      group("b1", 2, { level: 1 }),
    ];
    const layout = new RowLayout({ count: 5, rowHeight: 32, canAdd: false, groups });
    const kinds = layout
      .between(0, layout.height)
      .map((l) => (l.kind === "group" ? groups[l.group]?.key : l.kind === "record" && l.index));
    expect(kinds).toEqual(["a", "b", "b1", 3, 4]);
  });
});

import { describe, expect, it } from "vitest";
import { BlockRows } from "./block-rows";
import { headWidth } from "./column-layout";
import { hitTest } from "./hit-test";
import { groupHeight } from "./row-layout";
import type { GridColumn, GridText } from "./types";
import { GridView, headerHeight } from "./view";

const text: GridText = {
  cellEditor: "",
  grid: "",
  addRow: "",
  yes: "",
  no: "",
  addTo: (s) => s,
  groupCount: String,
  cell: (s) => s,
  selected: String,
  editing: (s) => s,
};

function makeView(left = 0) {
  const columns: GridColumn[] = [200, 200, 200, 200].map((width, i) => ({
    key: `c${i}`,
    title: "",
    type: "text",
    width,
  }));
  const groups = [
    { key: "g", level: 0, count: 2, collapsed: false, label: { text: "g", kind: "text" as const } },
    { key: "h", level: 0, count: 2, collapsed: true, label: { text: "h", kind: "text" as const } },
  ];
  const source = new BlockRows({ count: 4, groups, load: async () => [] });
  const view = new GridView({
    source,
    columns,
    text,
    locale: "en",
    canAddColumn: true,
    canAddRow: true,
    footer: [],
  });
  view.width = 720;
  view.height = 400;
  view.layout();
  view.left = left;
  return view;
}

const row0 = headerHeight + groupHeight;

describe("a point in the grid", () => {
  it.each([
    ["corner", 10, 10, { kind: "check-all" }],
    ["head", headWidth + 50, 10, { kind: "header", col: 0, part: "body" }],
    ["menu arrow of a head", headWidth + 190, 10, { kind: "header", col: 0, part: "menu" }],
    ["edge from the left", headWidth + 198, 10, { kind: "edge", col: 0 }],
    ["edge from the right", headWidth + 202, 10, { kind: "edge", col: 0 }],
    ["group head", 200, headerHeight + 5, { kind: "group", group: 0 }],
    ["row number", 10, row0 + 1, { kind: "row-head", row: 0 }],
    ["first cell", headWidth + 20, row0 + 1, { kind: "cell", row: 0, col: 0, part: "body" }],
    ["its open icon", headWidth + 190, row0 + 1, { kind: "cell", row: 0, col: 0, part: "expand" }],
    ["second row", headWidth + 250, row0 + 40, { kind: "cell", row: 1, col: 1, part: "body" }],
    ["add row", 100, row0 + 75, { kind: "add-row", group: 0 }],
    ["collapsed group", 100, row0 + 110, { kind: "group", group: 1 }],
    ["footer", headWidth + 250, 390, { kind: "footer", col: 1 }],
    ["below all", 100, 340, { kind: "void" }],
    ["outside", 720, 100, { kind: "void" }],
  ])("on the %s", (_, x, y, hit) => {
    expect(hitTest(makeView(), x, y)).toEqual(hit);
  });

  it("knows scrolled columns, the frozen ones lie on top", () => {
    const view = makeView(150);
    expect(hitTest(view, headWidth + 20, row0 + 1)).toMatchObject({ kind: "cell", col: 0 });
    expect(hitTest(view, headWidth + 260, row0 + 1)).toMatchObject({ kind: "cell", col: 2 });
    expect(hitTest(view, headWidth + 656, 10)).toEqual({ kind: "add-column" });
  });
});

describe("showing a cell", () => {
  it("scrolls as little as needed", () => {
    const view = makeView();
    expect(view.positionFor(0, 1)).toEqual({ top: 0, left: 0 });
    expect(view.positionFor(0, 3).left).toBe(headWidth + 800 - 720 + 1);
    const scrolled = makeView(150);
    expect(scrolled.positionFor(0, 1).left).toBe(0);
  });
});

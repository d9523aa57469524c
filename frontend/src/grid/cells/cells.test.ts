import { describe, expect, it } from "vitest";
import { Formats } from "../format";
import { icons } from "../icons";
import { TextFit } from "../text-fit";
import { readTheme } from "../theme";
import type { GridColumn, GridText } from "../types";
import { webAddress } from "./address";
import { rendererOf } from "./registry";
import type { CellPaint } from "./renderer";
import { placeTags, type Tag } from "./tags";

const text: GridText = {
  cellEditor: "",
  grid: "",
  addRow: "",
  yes: "yes",
  no: "no",
  addTo: (s) => s,
  groupCount: String,
  cell: (s) => s,
  selected: String,
  editing: (s) => s,
};
const formats = new Formats("zh-CN");

const column = (type: string, rest: Partial<GridColumn> = {}): GridColumn => ({
  key: "c",
  title: "C",
  type,
  width: 120,
  ...rest,
});

function format(type: string, value: unknown, rest: Partial<GridColumn> = {}): string {
  return rendererOf(type, undefined).format(value, column(type, rest), formats, text);
}

function paint(rest: Partial<CellPaint>): CellPaint {
  return {
    g: {} as CanvasRenderingContext2D,
    theme: readTheme(document.body),
    fit: new TextFit((_, t) => t.length * 10),
    icons,
    formats,
    text,
    today: "2026-11-25",
    x: 0,
    y: 0,
    width: 120,
    height: 35,
    line: 36,
    value: undefined,
    row: { id: "r", fields: {} },
    column: column("text"),
    hovered: false,
    strong: false,
    ...rest,
  };
}

describe("values as text", () => {
  it.each([
    ["text", "a", "a"],
    ["text", null, ""],
    ["number", 1234.5, "1,234.5"],
    ["currency", "1466000", "¥1,466,000.00"],
    ["currency", { amount: "12.5", currency: "USD" }, "$12.50"],
    ["percent", 0.256, "25.6%"],
    ["rating", 4, "4"],
    ["checkbox", true, "yes"],
    ["checkbox", null, "no"],
    ["date", "2026-11-28", "2026-11-28"],
    ["singleSelect", { id: "opt_1", name: "商务谈判", color: "amber" }, "商务谈判"],
    ["multiSelect", [{ name: "a" }, { name: "b,c" }], 'a, "b,c"'],
    ["user", [{ id: "usr_1", name: "王敏" }], "王敏"],
    ["link", [], ""],
    ["unknown type", { name: "x" }, "x"],
  ])("%s %j", (type, value, shown) => {
    expect(format(type, value)).toBe(shown);
  });

  it("keep every digit of a decimal that no double can hold", () => {
    expect(format("decimal", "90071992547409931.27", { options: { scale: 2 } })).toBe(
      "90,071,992,547,409,931.27",
    );
  });

  it("show an instant in the column's zone", () => {
    const zone = { options: { timeZone: "Asia/Shanghai" } };
    expect(format("dateTime", "2026-11-22T20:30:00Z", zone)).toBe("2026-11-23 04:30");
  });
});

describe("the text an editor starts with", () => {
  it.each([
    ["percent", 0.07, "7%"],
    ["currency", "1234.50", "1234.50"],
    ["number", 0.1, "0.1"],
  ])("of %s %j is exact", (type, value, shown) => {
    expect(rendererOf(type, undefined).edit?.(value, column(type))).toBe(shown);
  });
});

describe("links", () => {
  it("open web addresses only", () => {
    expect(webAddress("example.com/a")).toBe("https://example.com/a");
    expect(webAddress("javascript:alert(1)")).toBeUndefined();
    expect(webAddress("data:text/html,x")).toBeUndefined();
    expect(webAddress("not a host")).toBeUndefined();
  });
});

describe("a rating", () => {
  const { toggle, hit } = rendererOf("rating", undefined);

  it("takes digits, full-width ones too, up to its maximum", () => {
    expect(toggle?.(1, column("rating"), "4")).toBe(4);
    expect(toggle?.(1, column("rating"), "３")).toBe(3);
    expect(toggle?.(1, column("rating"), "0")).toBeNull();
    expect(toggle?.(1, column("rating"), "6")).toBeUndefined();
    expect(toggle?.(1, column("rating", { options: { max: 10 } }), "6")).toBe(6);
  });

  it("is cleared by its own star", () => {
    const p = paint({ column: column("rating"), value: 2 });
    expect(hit?.(p, 10 + 18 + 5, 10)).toEqual({ kind: "set", value: null });
    expect(hit?.(p, 10 + 36 + 5, 10)).toEqual({ kind: "set", value: 3 });
  });
});

describe("tags in a cell", () => {
  const tags = (...widths: number[]): Tag[] =>
    widths.map((width, i) => ({ id: String(i), label: "", width }));

  it("stand side by side while they fit", () => {
    expect(placeTags(paint({}), tags(40, 40)).map((t) => t.x)).toEqual([10, 56]);
  });

  it("leave room for the number of hidden ones", () => {
    const placed = placeTags(paint({}), tags(40, 40, 40));
    expect(placed).toHaveLength(1);
  });

  it("are cut when the first is too wide", () => {
    expect(placeTags(paint({}), tags(300))).toEqual([{ index: 0, x: 10, y: 7, width: 100 }]);
  });

  it("take several lines in tall rows", () => {
    const placed = placeTags(paint({ height: 87 }), tags(60, 60, 60));
    expect(placed.map((t) => t.y)).toEqual([7, 33, 59]);
  });
});

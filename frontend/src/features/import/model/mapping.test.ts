import { describe, expect, it } from "vitest";
import type { Preview, PreviewColumn } from "@/api/imports";
import type { Field } from "@/api/types";
import { bare, likeness } from "./likeness";
import { columnLetter, type Goal, keyFields, makeRest, missing, retarget, startRows, tally } from "./mapping";
import { freeName, planOf } from "./plan";

const field = (key: string, name: string, type = "text", more: Partial<Field> = {}): Field => ({
  id: `fld_${key}`,
  key,
  name,
  type,
  required: false,
  unique: false,
  options: {},
  right: "write",
  ...more,
});

const column = (header: string, more: Partial<PreviewColumn> = {}): PreviewColumn => ({
  header,
  confidence: 0,
  type: "text",
  fit: 1,
  samples: ["a", "b"],
  ...more,
});

const preview = (columns: readonly PreviewColumn[], rows: readonly (readonly string[])[] = []): Preview => ({
  file: "fil_1",
  kind: "csv",
  headers: columns.map(({ header }) => header),
  rows,
  columns,
});

const goal = (fields: readonly Field[], more: Partial<Goal> = {}): Goal => ({
  fields,
  title: fields[0]?.id ?? "",
  fresh: false,
  design: true,
  ...more,
});

const name = field("name", "客户名称", "text", { required: true });
const phone = field("phone", "联系电话", "phone");
const customers = goal([name, phone, field("no", "编号", "text", { unique: true })]);

describe("the first proposal", () => {
  it("takes what is likely and leaves out what only resembles", () => {
    const rows = startRows(
      preview([
        column("客户名称", { field: "name", confidence: 1 }),
        column("电话", { field: "phone", confidence: 0.65 }),
        column("传真"),
      ]),
      customers,
    );
    expect(rows.map(({ target }) => target)).toEqual([
      { kind: "field", field: "name" },
      { kind: "skip" },
      { kind: "skip" },
    ]);
  });

  it("never fills a field that cannot be written", () => {
    const fields = [
      name,
      field("secret", "密级", "text", { right: "read" }),
      field("made", "创建时间", "createdTime"),
      field("back", "商机", "link", { options: { derived: true } }),
    ];
    const rows = startRows(
      preview([
        column("密级", { field: "secret", confidence: 1 }),
        column("创建时间", { field: "made", confidence: 1 }),
        column("商机", { field: "back", confidence: 1 }),
      ]),
      goal(fields),
    );
    expect(tally(rows)).toMatchObject({ mapped: 0, skipped: 3 });
  });

  it("makes all columns of a fresh table new, the first text names the records", () => {
    const rows = startRows(
      preview([
        column("序号", { type: "number" }),
        column("客户"),
        column("日期", { type: "date" }),
        column(""),
      ]),
      goal([field("name", "标题")], { fresh: true }),
    );
    expect(rows.map(({ target }) => target)).toEqual([
      { kind: "new", type: "number" },
      { kind: "field", field: "name" },
      { kind: "new", type: "date" },
      { kind: "skip" },
    ]);
  });

  it("keeps what somebody chose when the file is read anew", () => {
    const first = preview([column("客户名称", { field: "name", confidence: 1 }), column("电话")]);
    const chosen = retarget(startRows(first, customers), 1, { kind: "field", field: "name" });
    const again = startRows(
      preview([column("客户名称", { field: "name", confidence: 1 }), column("电话")]),
      customers,
      chosen,
    );
    expect(again.map(({ target }) => target)).toEqual([{ kind: "skip" }, { kind: "field", field: "name" }]);
    const garbled = startRows(preview([column("????"), column("??")]), customers, chosen);
    expect(tally(garbled).skipped).toBe(2);
  });
});

describe("choosing", () => {
  const two = preview([
    column("甲", { field: "name", confidence: 1 }),
    column("乙"),
    column("空", { samples: [] }),
  ]);

  it("moves a field that another column had", () => {
    const rows = retarget(startRows(two, customers), 1, { kind: "field", field: "name" });
    expect(rows[0]?.target).toEqual({ kind: "skip" });
    expect(rows[1]?.target).toEqual({ kind: "field", field: "name" });
  });

  it("makes fields of the rest, but not of empty columns", () => {
    expect(tally(makeRest(startRows(two, customers)))).toEqual({ mapped: 1, made: 1, skipped: 1, open: 0 });
  });

  it("names required fields without a column, unless they have a default", () => {
    const withDefault = field("stage", "阶段", "text", { required: true, default: "新" });
    const to = goal([name, withDefault]);
    const rows = startRows(preview([column("传真")]), to);
    expect(missing(rows, to).map(({ key }) => key)).toEqual(["name"]);
    expect(missing(retarget(rows, 0, { kind: "field", field: "name" }), to)).toEqual([]);
  });

  it("offers filled fields as keys, the unique one first", () => {
    const all = startRows(
      preview([
        column("联系电话", { field: "phone", confidence: 1 }),
        column("客户名称", { field: "name", confidence: 1 }),
        column("编号", { field: "no", confidence: 1 }),
      ]),
      customers,
    );
    expect(keyFields(all, customers).map(({ key }) => key)).toEqual(["no", "name", "phone"]);
  });
});

describe("what is asked of the server", () => {
  const plan = (rows: ReturnType<typeof startRows>, from: Preview, to: Goal) =>
    planOf(rows, from, to, { key: undefined, choices: true }, { encoding: "gb18030" });

  it("names every column: a field, nothing, or left to the import to make", () => {
    const file = preview([
      column("客户名称", { field: "name", confidence: 1 }),
      column("传真"),
      column("城市"),
      column(""),
    ]);
    const rows = retarget(startRows(file, customers), 2, { kind: "new", type: "text" });
    const { make, rename, request } = plan(rows, file, customers);
    expect(request).toEqual({
      encoding: "gb18030",
      mapping: { 客户名称: "name", 传真: null },
      createFields: true,
      createChoices: true,
    });
    expect([make, rename]).toEqual([[], undefined]);
  });

  it("makes a field itself where the type is another than detected, with the choices seen", () => {
    const file = preview([column("城市")], [["上海"], ["杭州"], ["上海"], [""]]);
    const rows = retarget(startRows(file, customers), 0, { kind: "new", type: "singleSelect" });
    const { make, request } = plan(rows, file, customers);
    const options = { choices: [{ name: "上海" }, { name: "杭州" }] };
    expect(make).toEqual([{ header: "城市", input: { name: "城市", type: "singleSelect", options } }]);
    expect(request.createFields).toBe(false);
  });

  it("gives a new field another name where the table has that one", () => {
    const file = preview([column("联系电话")]);
    const rows = retarget(startRows(file, customers), 0, { kind: "new", type: "text" });
    expect(plan(rows, file, customers).make[0]?.input.name).toBe("联系电话 2");
    expect(freeName("A", ["a", "A 2"])).toBe("A 3");
  });

  it("asks for nothing that needs a builder from somebody who is none", () => {
    const file = preview([column("客户名称", { field: "name", confidence: 1 })]);
    const to = { ...customers, design: false };
    const { request } = plan(startRows(file, to), file, to);
    expect(request).not.toHaveProperty("createFields");
    expect(request).not.toHaveProperty("createChoices");
  });

  it("finds records by the key, and names a fresh table's first field after its column", () => {
    const to = goal([field("name", "标题")], { fresh: true });
    const file = preview([column("客户")]);
    const { rename, request } = planOf(startRows(file, to), file, to, { key: "name", choices: false }, {});
    expect(rename).toEqual({ field: "fld_name", name: "客户" });
    expect(request).toMatchObject({ upsertOn: ["name"], createFields: false, createChoices: false });
  });
});

describe("names", () => {
  it("resemble each other by their letters", () => {
    expect(bare(" E-Mail：")).toBe("email");
    expect(likeness("E-mail", "email")).toBe(1);
    expect(likeness("所在地", "所在城市")).toBeGreaterThan(likeness("所在地", "联系电话"));
    expect(likeness("", "x")).toBe(0);
  });

  it("of columns are letters as in a sheet", () => {
    expect([0, 25, 26, 701, 702].map(columnLetter)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
  });
});

import { describe, expect, it } from "vitest";
import type { Entity, Field, View } from "@/api/types";
import { clipboardRecords } from "./paste-new";
import {
  draftOf,
  isDirty,
  moveField,
  requiredKeys,
  sensitiveKeys,
  shownFields,
  viewInput,
  withField,
} from "./view-model";

const field = (id: string, type = "text", more: Partial<Field> = {}): Field => ({
  id,
  key: id.replace("fld_", ""),
  name: id.replace("fld_", ""),
  type,
  required: false,
  unique: false,
  options: {},
  right: "write",
  ...more,
});

const entity = {
  id: "ent_1",
  title: "fld_name",
  fields: [
    field("fld_a", "number"),
    field("fld_name", "text", { required: true }),
    field("fld_b", "date", { required: true, default: "@now" }),
    field("fld_made", "createdTime", { required: true }),
  ],
  views: [],
} as unknown as Entity;

const view = {
  id: "viw_1",
  sort: [],
  group: [],
  fields: [
    { field: "fld_b", width: 99 },
    { field: "fld_a", hidden: true },
  ],
} as unknown as View;

const ids = (draft = draftOf(view)) => shownFields(entity, draft).map((one) => one.field.id);

describe("a view", () => {
  it("shows the naming field first, then its own order, then what is new", () => {
    expect(ids()).toEqual(["fld_name", "fld_b", "fld_a", "fld_made"]);
    expect(shownFields(entity, draftOf(view))[1]?.width).toBe(99);
  });

  it("never hides the naming field", () => {
    const fields = withField(entity, draftOf(view), "fld_name", { hidden: true });
    expect(shownFields(entity, { ...draftOf(view), fields })[0]?.hidden).toBe(false);
  });

  it("moves a column to a place among those that are seen", () => {
    const fields = moveField(entity, draftOf(view), "fld_made", 1);
    expect(ids({ ...draftOf(view), fields })).toEqual(["fld_name", "fld_made", "fld_b", "fld_a"]);
  });

  it("knows whether something is not saved", () => {
    const draft = draftOf(view);
    expect(isDirty(draft, view)).toBe(false);
    expect(isDirty({ ...draft, rowHeight: 56 }, view)).toBe(true);
    expect(viewInput({ ...draft, rowHeight: 56 }, view)).toMatchObject({
      filter: null,
      options: { rowHeight: 56 },
    });
  });

  it("knows which values decide what is seen and where", () => {
    const draft = { ...draftOf(view), filter: { field: "fld_a", op: "gt", value: 1 } };
    expect([...sensitiveKeys(entity, draft, "")]).toEqual(["a"]);
    expect(sensitiveKeys(entity, draft, "x").size).toBe(4);
  });

  it("asks people only for what nothing else fills", () => {
    expect(requiredKeys(entity)).toEqual(["name"]);
  });
});

describe("a pasted table", () => {
  const env = { members: [], timeZone: "Asia/Shanghai" };
  const shown = shownFields(entity, draftOf(view));

  it("goes by its headings", () => {
    expect(clipboardRecords("b\tname\n2026/1/2\tx\n", shown, env)).toEqual({
      records: [{ b: "2026-01-02", name: "x" }],
      refused: 0,
    });
  });

  it("goes by the order of the view without headings, and counts what does not fit", () => {
    expect(clipboardRecords("x\t2026-01-02\ny\tnever", shown, env)).toEqual({
      records: [{ name: "x", b: "2026-01-02" }, { name: "y" }],
      refused: 1,
    });
  });
});

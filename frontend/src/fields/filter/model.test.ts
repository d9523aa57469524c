import { describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import {
  addTo,
  type Condition,
  condition,
  countConditions,
  emptyGroup,
  filterFields,
  fromFilter,
  toFilter,
  update,
  withOp,
} from "./model";

const field = (id: string, type: string): Field => ({
  id,
  key: id,
  name: id,
  type,
  required: false,
  unique: false,
  options: {},
  right: "write",
});

const nested = {
  and: [
    { field: "fld_1", op: "contains", value: "a" },
    {
      or: [
        { field: "fld_2", op: "gte", value: 5 },
        { field: "fld_3", op: "isEmpty" },
      ],
    },
  ],
};

describe("a filter", () => {
  it.each([
    ["nothing", undefined],
    ["one condition", { field: "fld_1", op: "eq", value: 1 }],
    ["groups in groups", nested],
    ["what it cannot show", { and: [{ not: { field: "fld_1", op: "isEmpty" } }, { formula: "1" }] }],
  ])("comes out as it went in: %s", (_name, json) => {
    expect(toFilter(fromFilter(json))).toEqual(json);
  });

  it("leaves out conditions that are not complete", () => {
    const root = addTo(emptyGroup(), -1, condition(field("fld_1", "text")));
    expect(toFilter(root)).toBeUndefined();
    const group = emptyGroup("or");
    const filled: Condition = { ...condition(field("fld_1", "text")), value: "x" };
    const half = condition(field("fld_2", "number"));
    expect(toFilter({ ...group, items: [filled, half] })).toEqual({
      field: "fld_1",
      op: "contains",
      value: "x",
    });
    expect(
      toFilter({ ...group, items: [{ ...half, op: "between", value: [1, undefined] }] }),
    ).toBeUndefined();
  });

  it("takes false and 0 for values", () => {
    const box: Condition = { ...condition(field("fld_1", "checkbox")), value: false };
    const zero: Condition = { ...condition(field("fld_2", "number")), value: 0 };
    expect(toFilter({ ...emptyGroup(), items: [box, zero] })).toEqual({
      and: [
        { field: "fld_1", op: "eq", value: false },
        { field: "fld_2", op: "eq", value: 0 },
      ],
    });
  });

  it("changes and removes at any depth", () => {
    const root = fromFilter(nested);
    const inner = root.items[1];
    const leaf = inner?.kind === "group" ? inner.items[0] : undefined;
    if (leaf === undefined || leaf.kind !== "condition") {
      throw new Error("no leaf");
    }
    expect(toFilter(update(root, leaf.id, () => undefined))).toEqual({
      and: [nested.and[0], { or: [{ field: "fld_3", op: "isEmpty" }] }],
    });
    expect(JSON.stringify(toFilter(update(root, leaf.id, () => ({ ...leaf, value: 9 }))))).toContain("9");
    const longer = addTo(root, inner?.id ?? 0, { ...condition(field("fld_4", "text")), value: "z" });
    expect(countConditions(toFilter(longer))).toBe(4);
  });

  it("names its fields", () => {
    expect(filterFields(nested)).toEqual(["fld_1", "fld_2", "fld_3"]);
  });

  it("keeps the value when the new operator wants the same kind", () => {
    const number = field("fld_1", "number");
    const one: Condition = { ...condition(number), value: 5 };
    expect(withOp(one, number, "gt").value).toBe(5);
    expect(withOp(one, number, "between").value).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import type { Grant } from "@/api/types";
import {
  copied,
  countChanges,
  countRights,
  draftOf,
  grantOf,
  grantsOf,
  isUnfinished,
  rightOf,
  withAct,
  withOwner,
  withRight,
  withScope,
} from "./grants";

const sales: Grant = { entity: "ent_1", read: true, write: true, export: true, scope: "own" };

describe("acts", () => {
  it("bring seeing along", () => {
    expect(withAct({ entity: "ent_1", scope: "all" }, "delete", true)).toMatchObject({
      read: true,
      delete: true,
    });
  });

  it("all go when seeing goes", () => {
    const none = withAct(sales, "read", false);
    expect([none.read, none.write, none.export]).toEqual([false, false, false]);
    expect(grantsOf({ ent_1: none })).toEqual([]);
  });
});

describe("field rights", () => {
  it("are write where one may edit, else read", () => {
    expect(rightOf(sales, "name")).toBe("write");
    expect(rightOf(withAct(sales, "write", false), "name")).toBe("read");
  });

  it("never exceed what the table allows", () => {
    const reader: Grant = { entity: "ent_1", read: true, scope: "all", fields: { name: "write" } };
    expect(rightOf(reader, "name")).toBe("read");
  });

  it("are only stored where they are not the usual ones", () => {
    const hidden = withRight(sales, ["cost", "margin"], "hidden");
    expect(hidden.fields).toEqual({ cost: "hidden", margin: "hidden" });
    expect(countRights(hidden)).toEqual({ hidden: 2 });
    expect(withRight(hidden, ["cost"], "write").fields).toEqual({ margin: "hidden" });
  });
});

describe("changes", () => {
  it("are counted one by one and fall away when taken back", () => {
    const before = draftOf([sales]);
    const grant = withScope(
      withRight(withAct(grantOf(before, "ent_1"), "delete", true), ["cost"], "masked"),
      "all",
    );
    expect(countChanges(before, { ent_1: grant })).toBe(3);
    expect(
      countChanges(before, { ...before, ent_2: withAct(grantOf(before, "ent_2"), "create", true) }),
    ).toBe(2);
    const back = withScope(withRight(withAct(grant, "delete", false), ["cost"], "write"), "own");
    expect(countChanges(before, { ent_1: back })).toBe(0);
  });
});

describe("scopes", () => {
  it("count one change for whose records, and forget that where it says nothing", () => {
    const other = withOwner(sales, "manager");
    expect(countChanges({ ent_1: sales }, { ent_1: other })).toBe(1);
    expect(grantsOf({ ent_1: other })[0]?.owner).toBe("manager");
    expect(grantsOf({ ent_1: withScope(other, "all") })[0]).not.toHaveProperty("owner");
  });

  it("by conditions are unfinished until there is one", () => {
    const open = withScope(sales, { filter: undefined });
    expect(isUnfinished(open)).toBe(true);
    expect(isUnfinished(withScope(sales, { filter: { field: "fld_1", op: "is", value: 1 } }))).toBe(false);
    expect(isUnfinished(withAct(open, "read", false))).toBe(false);
  });

  it("are taken over from another role together with the acts", () => {
    expect(copied([sales], "ent_1")).toEqual(sales);
    expect(copied([sales], "ent_2")).toEqual({ entity: "ent_2", scope: "all" });
  });
});

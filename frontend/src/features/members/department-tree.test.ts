import { expect, it } from "vitest";
import type { Department } from "@/api/types";
import { flatten, subtree } from "./department-tree";

const department = (id: string, parent: string | null, order = 0): Department => ({
  id,
  name: id,
  parent,
  order,
  manager: null,
});
const all = [
  department("east", "sales", 2),
  department("sales", null),
  department("west", "sales", 1),
  department("city", "east"),
  department("lost", "gone", 9),
];

it("lists the tree from the top, by order", () => {
  expect(flatten(all).map(({ department: { id }, depth }) => `${depth} ${id}`)).toEqual([
    "0 sales",
    "1 west",
    "1 east",
    "2 city",
    "0 lost",
  ]);
});

it("finds all below a department", () => {
  expect([...subtree(all, "sales")].sort()).toEqual(["city", "east", "sales", "west"]);
  expect([...subtree(all, "city")]).toEqual(["city"]);
});

import { describe, expect, it } from "vitest";
import { branchLength, indented, inTree, outline, parentsOf } from "./choice-tree";
import type { ChoiceInput } from "./choices-editor";

const line = (name: string, depth = 0): ChoiceInput => ({ ref: name, name, color: "gray", depth });

describe("a cascader's tree", () => {
  it("is read from an indented outline with tabs or blanks", () => {
    expect(outline("硬件\n\t电脑\n\t\t笔记本\n软件\n  许可\n")).toEqual([
      { name: "硬件", depth: 0 },
      { name: "电脑", depth: 1 },
      { name: "笔记本", depth: 2 },
      { name: "软件", depth: 0 },
      { name: "许可", depth: 1 },
    ]);
  });

  it("knows the parent of each line", () => {
    const lines = [line("a"), line("b", 1), line("c", 2), line("d", 1), line("e")];
    expect(parentsOf(lines).map((one) => one?.name)).toEqual([undefined, "a", "b", "a", undefined]);
    expect(branchLength(lines, 0)).toBe(4);
  });

  it("moves a line in and out with all below it, and not further than its place allows", () => {
    const lines = [line("a"), line("b"), line("c", 1)];
    expect(indented(lines, 1, 1).map((one) => one.depth)).toEqual([0, 1, 2]);
    expect(indented(lines, 0, 1)).toBe(lines);
    expect(indented(lines, 0, -1)).toBe(lines);
  });

  it("is put in order from choices that name their parents", () => {
    const choices: ChoiceInput[] = [
      { id: "1", ref: "1", name: "a", color: "gray" },
      { id: "2", ref: "2", name: "b", color: "gray" },
      { id: "3", ref: "3", name: "a1", color: "gray", parent: "1" },
    ];
    expect(inTree(choices).map(({ name, depth }) => [name, depth])).toEqual([
      ["a", 0],
      ["a1", 1],
      ["b", 0],
    ]);
  });
});

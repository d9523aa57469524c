import { describe, expect, it } from "vitest";
import { branchLength, indented, inTree, outline, parentsByName, parentsOf } from "./choice-tree";
import type { ChoiceInput } from "./choices-editor";
import { draftOfField, fieldInput } from "./field-draft";

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

  it("is sent so that each line finds its own parent among new ones of one name", () => {
    const choices: ChoiceInput[] = [
      { ...line("软件"), id: "opt_1" },
      { ...line("其他", 1), ref: "x1" },
      line("许可", 2),
      line("硬件"),
      { ...line("其他", 1), ref: "x2" },
      line("线缆", 2),
    ];
    const sent = fieldInput(
      { ...draftOfField(undefined), type: "cascader", name: "品类", choices },
      undefined,
    );
    expect(
      (sent.options as { choices: Record<string, string>[] }).choices.map(({ color: _, ...one }) => one),
    ).toEqual([
      { id: "opt_1", name: "软件" },
      { id: "new_1", name: "其他", parent: "opt_1" },
      { name: "许可", parent: "new_1" },
      { id: "new_3", name: "硬件" },
      { id: "new_4", name: "其他", parent: "new_3" },
      { name: "线缆", parent: "new_4" },
    ]);
  });

  it("leaves out lines without a name and hangs what is below them one step out", () => {
    const lines = [line("a"), line("", 0), line("b", 1), line("c"), line("", 1), line("d", 2)];
    const parents = parentsByName(lines);
    expect(lines.map((one) => parents.get(one)?.name)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "c",
      "c",
    ]);
  });
});

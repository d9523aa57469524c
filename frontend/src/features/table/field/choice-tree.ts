/** The tree of a cascader as lines with depths, the way people edit it. */
import type { ChoiceInput } from "./choices-editor";

/** Choices in the order of the tree, each after its parent, with their depths. */
export function inTree(choices: readonly ChoiceInput[]): ChoiceInput[] {
  if (!choices.some((one) => one.parent)) {
    return [...choices];
  }
  const walk = (parent: string | undefined, depth: number): ChoiceInput[] =>
    choices
      .filter((one) => (one.parent || undefined) === parent)
      .flatMap((one) => [{ ...one, depth }, ...(one.id === undefined ? [] : walk(one.id, depth + 1))]);
  return walk(undefined, 0);
}

const depthOf = (choice: ChoiceInput | undefined) => choice?.depth ?? 0;

/** The parent of each line: the nearest line above that is one step out. */
export function parentsOf(choices: readonly ChoiceInput[]): (ChoiceInput | undefined)[] {
  const path: ChoiceInput[] = [];
  return choices.map((choice) => {
    const depth = Math.min(depthOf(choice), path.length);
    path.length = depth;
    path.push(choice);
    return path[depth - 1];
  });
}

/** The parents of lines; a line without a name is passed over. */
export function parentsByName(choices: readonly ChoiceInput[]): Map<ChoiceInput, ChoiceInput> {
  const parents = new Map<ChoiceInput, ChoiceInput>();
  parentsOf(choices).forEach((above, index) => {
    const choice = choices[index];
    const parent = above?.name.trim() === "" ? parents.get(above) : above;
    if (choice !== undefined && parent !== undefined) {
      parents.set(choice, parent);
    }
  });
  return parents;
}

/** How many lines belong to the one at this index, itself included. */
export function branchLength(choices: readonly ChoiceInput[], index: number): number {
  const depth = depthOf(choices[index]);
  let end = index + 1;
  while (end < choices.length && depthOf(choices[end]) > depth) {
    end += 1;
  }
  return end - index;
}

/** A line moved in or out with all that is below it. */
export function indented(choices: readonly ChoiceInput[], index: number, by: 1 | -1): readonly ChoiceInput[] {
  const depth = depthOf(choices[index]);
  const most = index === 0 ? 0 : depthOf(choices[index - 1]) + 1;
  if (depth + by < 0 || depth + by > most) {
    return choices;
  }
  const end = index + branchLength(choices, index);
  return choices.map((one, i) => (i >= index && i < end ? { ...one, depth: depthOf(one) + by } : one));
}

export interface OutlineLine {
  readonly name: string;
  readonly depth: number;
}

/** An indented outline, by tabs or blanks, or paths with slashes. */
export function outline(text: string): OutlineLine[] {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== "");
  const widths: number[] = [];
  return lines.map((line) => {
    const width = [...(/^[\s\u3000]*/u.exec(line)?.[0] ?? "")].reduce(
      (sum, one) => sum + (one === "\t" ? 4 : 1),
      0,
    );
    while (widths.length > 0 && (widths.at(-1) ?? 0) >= width) {
      widths.pop();
    }
    widths.push(width);
    return { name: line.trim().replace(/^[-*\u2022]\s+/u, ""), depth: widths.length - 1 };
  });
}

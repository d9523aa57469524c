/** The descriptions of all functions: one file for the server, the editor and the check. */
import described from "@schema/formula/functions.json";

export interface Param {
  readonly name: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly repeat?: boolean;
}

export interface FunctionInfo {
  readonly name: string;
  readonly category: string;
  readonly params: readonly Param[];
  readonly returns: string;
  readonly volatile?: boolean;
  readonly doc: Readonly<Record<string, string>>;
  readonly examples: readonly { readonly formula: string; readonly result: string }[];
}

export const functionList: readonly FunctionInfo[] = described;
const byName = new Map(functionList.map((f) => [f.name, f]));

export const functionNames: readonly string[] = functionList.map((f) => f.name);

/** Finds a function by its name in any case. */
export const functionNamed = (name: string): FunctionInfo | undefined => byName.get(name.toUpperCase());

/** How many parameters at the end may come again. */
export function repeated(f: FunctionInfo): number {
  let n = 0;
  while (n < f.params.length && f.params[f.params.length - 1 - n]?.repeat) {
    n++;
  }
  return n;
}

/** The place among the parameters that the i-th argument is for. */
export function paramIndex(f: FunctionInfo, i: number): number {
  const n = repeated(f);
  return i < f.params.length || n === 0 ? i : f.params.length - n + ((i - f.params.length) % n);
}

export const paramType = (f: FunctionInfo, i: number): string => f.params[paramIndex(f, i)]?.type ?? "any";

/** How many arguments there may be; most is -1 for any number. */
export function argCounts(f: FunctionInfo): { least: number; most: number } {
  const least = f.params.filter((p) => !p.optional).length;
  return { least, most: repeated(f) > 0 ? -1 : f.params.length };
}

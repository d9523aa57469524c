/** From a source to what the editor says about it. */
import type { Field } from "@/api/types";
import { tryT } from "@/lib/i18n";
import { namesOf } from "../adapt";
import { FormulaError, type ProblemParams } from "../core/errors";
import { type Program, tryCompile } from "../core/program";
import type { Type } from "../core/value";
import type { FormulaKind, FormulaProblem, FormulaState } from "./props";

/** A value that begins with "@" names a text itself. */
function shownParams(params: ProblemParams): ProblemParams {
  const shown = Object.entries(params).map(([name, value]) => {
    const text = typeof value === "string" && value.startsWith("@") ? tryT(value.slice(1)) : undefined;
    return [name, text ?? value];
  });
  return Object.fromEntries(shown) as ProblemParams;
}

export const problemOf = (error: FormulaError): FormulaProblem => ({
  code: error.code,
  pos: error.pos,
  end: error.end,
  message: tryT(error.code, shownParams(error.params)) ?? error.code,
});

/** The name of a kind in the user's language. */
export const kindName = (kind: string): string => tryT(`formula.kind.${kind}`) ?? kind;

const kindOf = (type: Type): FormulaKind | "list" | "any" => {
  if (type.list) {
    return "list";
  }
  return type.kind === "mixed" || type.kind === "error" || type.kind === "list" ? "any" : type.kind;
};

export interface Reading {
  readonly program?: Program;
  readonly state: FormulaState;
}

/** Reads a source; an empty one is neither right nor wrong. */
export function readSource(source: string, fields: readonly Field[]): Reading {
  const found = tryCompile(source, namesOf(fields));
  if (found instanceof FormulaError) {
    return { state: { problem: problemOf(found) } };
  }
  const { type, volatile } = found;
  return { program: found, state: { kind: kindOf(type), scale: type.scale, volatile } };
}

const numbers: readonly string[] = ["number", "decimal"];

/** Whether a formula gives what is wanted; conditions may be anything. */
export function fits(state: FormulaState, expected: FormulaKind | undefined): boolean {
  if (!expected || !state.kind || state.kind === "any" || expected === "text" || expected === state.kind) {
    return true;
  }
  if (numbers.includes(expected)) {
    return numbers.includes(state.kind);
  }
  return (
    (expected === "date" || expected === "dateTime") && (state.kind === "date" || state.kind === "dateTime")
  );
}

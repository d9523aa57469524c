import { createContext, use } from "react";
import { ApiError, errorText } from "@/api/problem";
import css from "./field.module.css";

/** What the server says is wrong with a field, and where. */
export interface Problem {
  readonly text: string;
  readonly code: string;
  /** The setting, as `options.formula`; empty where it is the whole field. */
  readonly at: string;
  /** The part of a formula, in code points. */
  readonly pos?: number;
  readonly end?: number;
}

export function problemOf(error: unknown): Problem {
  const text = errorText(error);
  if (!(error instanceof ApiError)) {
    return { text, code: "", at: "" };
  }
  const { pos, end } = error.body as { pos?: number; end?: number };
  return {
    text,
    code: error.code,
    at: error.field ?? "",
    ...(typeof pos === "number" && { pos, end: end ?? pos }),
  };
}

/** The settings that show their problem themselves. */
const placed: ReadonlySet<string> = new Set([
  "required",
  "readOnly",
  "unique",
  "default",
  "options.formula",
  "options.link",
  "options.field",
  "options.filter",
  "options.transitions",
  "options.choices",
  "options.match",
  "options.action",
  "options.url",
  "options.clock",
]);

export const isPlaced = ({ at }: Problem) => placed.has(at);

const Context = createContext<Problem | undefined>(undefined);
export const ProblemPlace = Context.Provider;

/** The problem of one setting, if it is this one's. */
export function useProblem(...places: readonly string[]): Problem | undefined {
  const problem = use(Context);
  return problem !== undefined && places.includes(problem.at) ? problem : undefined;
}

/** The message of a setting, under it. */
export function ProblemLine({ at }: { readonly at: readonly string[] }) {
  const problem = useProblem(...at);
  return (
    problem && (
      <p role="alert" className={css.bad}>
        {problem.text}
      </p>
    )
  );
}

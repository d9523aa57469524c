import { createContext, Suspense, use } from "react";
import type { Field } from "@/api/types";
import { FieldIcon } from "@/fields/field-icon";
import type { FormulaKind, SampleRecord } from "@/formula/editor/props";
import { FormulaEditor } from "@/formula/lazy";
import css from "./field.module.css";
import { useProblem } from "./problem";

const Samples = createContext<readonly SampleRecord[]>([]);
/** Records on which formulas are tried. */
export const SampleRecords = Samples.Provider;

export interface FormulaBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (source: string) => void;
  readonly fields: readonly Field[];
  /** The entity on whose records it is tried. */
  readonly entity: string;
  /** The settings whose problem belongs here. */
  readonly at: readonly string[];
  /** The main thing of the place: with a preview, without a heading. */
  readonly large?: boolean;
  readonly expected?: FormulaKind;
}

/** A formula with its name and with what the server finds wrong in it. */
export function FormulaBox({ large = false, expected, at, ...rest }: FormulaBoxProps) {
  const problem = useProblem(...at);
  const records = use(Samples);
  const found = problem?.pos === undefined ? undefined : problem;
  return (
    <div className={css.formula}>
      {!large && <div className={css.label}>{rest.label}</div>}
      <Suspense fallback={<div className={css.waiting} />}>
        <FormulaEditor
          {...rest}
          compact={!large}
          records={records}
          icon={(field) => <FieldIcon field={field} />}
          onChange={(source) => rest.onChange(source)}
          {...(expected && { expected })}
          {...(found && {
            serverProblem: {
              code: found.code,
              pos: found.pos ?? 0,
              end: found.end ?? 0,
              message: found.text,
            },
          })}
        />
      </Suspense>
      {problem && found === undefined && (
        <p role="alert" className={css.bad}>
          {problem.text}
        </p>
      )}
    </div>
  );
}

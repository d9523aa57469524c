/** What pages say to the formula editor and hear from it. */
import type { ReactNode } from "react";
import type { Field } from "@/api/types";
import type { Env } from "../core/run";

/** The kinds of value a formula may be wanted to give. */
export type FormulaKind = "text" | "number" | "decimal" | "bool" | "date" | "dateTime";

/** What is wrong with a formula and where: code points of the source, end not included. */
export interface FormulaProblem {
  readonly code: string;
  readonly pos: number;
  readonly end: number;
  /** In the user's language. */
  readonly message: string;
}

/** What the editor found out about the source that it reports. */
export interface FormulaState {
  readonly problem?: FormulaProblem;
  /** The inferred kind; "list" for lists. Absent while there is a problem. */
  readonly kind?: FormulaKind | "list" | "any";
  /** Decimal places where the kind is decimal. */
  readonly scale?: number;
  /** It also depends on the time or the reader: such a field cannot be sorted or filtered by. */
  readonly volatile?: boolean;
}

/** A record to show the result of: as the API answers it. */
export interface SampleRecord {
  readonly id: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface FormulaEditorProps {
  /** The source, with fields by their names: {Amount} * 2. */
  readonly value: string;
  /** The entity's id: for evaluation by the server. Absent: only locally. */
  readonly entity?: string;
  /** The fields that the formula may name; leave out the field being edited. */
  readonly fields: readonly Field[];
  readonly onChange: (source: string, state: FormulaState) => void;
  /** What it should give; "bool" takes any condition. Another kind is shown as a warning. */
  readonly expected?: FormulaKind;
  /** The first records, for the live preview. */
  readonly records?: readonly SampleRecord[];
  /** What the formula is for, read out by screen readers; "Formula" if absent. */
  readonly label?: string;
  /** A small one for a condition in a row of settings: no preview, fewer lines. */
  readonly compact?: boolean;
  readonly autoFocus?: boolean;
  /** The icon of a field's type; this layer does not know types. */
  readonly icon?: (field: Field) => ReactNode;
  /** The reader's zone, language and first day of weeks, for the preview; the browser's if absent. */
  readonly env?: Partial<Env>;
  /** A problem that the server found (422 with pos and end), shown until the next change. */
  readonly serverProblem?: FormulaProblem;
}

/** What becomes of each column of a file. */
import type { Preview, PreviewColumn } from "@/api/imports";
import type { Field } from "@/api/types";
import { typeOf } from "@/fields/registry";

export type Target =
  | { readonly kind: "field"; readonly field: string }
  | { readonly kind: "new"; readonly type: string }
  | { readonly kind: "skip" };

export interface MapRow {
  readonly index: number;
  readonly column: PreviewColumn;
  readonly target: Target;
  /** Somebody chose it; reading the file anew keeps it. */
  readonly chosen?: true;
}

/** Where the columns may go. */
export interface Goal {
  readonly fields: readonly Field[];
  /** The id of the field that names a record. */
  readonly title: string;
  /** The table was made for this file. */
  readonly fresh: boolean;
  /** May fields be made? */
  readonly design: boolean;
}

/** Below this a resemblance is not proposed. */
const proposed = 0.7;

export const skip: Target = { kind: "skip" };

/** Files are not in sheets; secrets would stay in the file that was uploaded. */
const unfillable: ReadonlySet<string> = new Set(["attachment", "secret"]);

/** The fields that a column can fill. */
export function fillable(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ type, right, options }) => {
    const derived = type === "link" && options.derived === true;
    return right === "write" && !typeOf(type).computed && !unfillable.has(type) && !derived;
  });
}

/** The letter over a column in a sheet: A … Z, AA … */
export function columnLetter(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? columnLetter(rest - 1) : "") + String.fromCharCode(65 + (index % 26));
}

const isEmpty = (column: PreviewColumn) => column.samples.length === 0;

/** The column that names the records of a fresh table: the first text, else the first. */
function titleColumn(columns: readonly PreviewColumn[]): number {
  const usable = (column: PreviewColumn) => column.header !== "" && !isEmpty(column);
  const text = columns.findIndex((column) => usable(column) && column.type === "text");
  return text >= 0 ? text : columns.findIndex((column) => column.header !== "");
}

function firstTarget(column: PreviewColumn, index: number, goal: Goal, title: number): Target {
  const { fields, fresh } = goal;
  if (column.header === "") {
    return skip;
  }
  if (fresh) {
    const key = fields.find(({ id }) => id === goal.title)?.key;
    return index === title && key ? { kind: "field", field: key } : { kind: "new", type: column.type };
  }
  const field = fillable(fields).find(({ key }) => key === column.field);
  return field && column.confidence >= proposed ? { kind: "field", field: field.key } : skip;
}

/** The proposal for a file just read; what somebody chose before stays, by header. */
export function startRows(preview: Preview, goal: Goal, before: readonly MapRow[] = []): readonly MapRow[] {
  const kept = new Map(before.filter((row) => row.chosen).map((row) => [row.column.header, row.target]));
  const taken = new Set([...kept.values()].flatMap((one) => (one.kind === "field" ? [one.field] : [])));
  const title = titleColumn(preview.columns);
  return preview.columns.map((column, index): MapRow => {
    const old = kept.get(column.header);
    if (old && column.header !== "") {
      return { index, column, target: old, chosen: true };
    }
    const target = firstTarget(column, index, goal, title);
    return { index, column, target: target.kind === "field" && taken.has(target.field) ? skip : target };
  });
}

/** Sends a column elsewhere; a field that another column had moves over. */
export function retarget(rows: readonly MapRow[], index: number, target: Target): readonly MapRow[] {
  return rows.map((row) => {
    if (row.index === index) {
      return { ...row, target, chosen: true };
    }
    const robbed =
      target.kind === "field" && row.target.kind === "field" && row.target.field === target.field;
    return robbed ? { ...row, target: skip, chosen: true } : row;
  });
}

/** Makes fields of all columns that lead nowhere and hold something. */
export function makeRest(rows: readonly MapRow[]): readonly MapRow[] {
  return rows.map((row) =>
    row.target.kind === "skip" && row.column.header !== "" && !isEmpty(row.column)
      ? { ...row, target: { kind: "new", type: row.column.type }, chosen: true }
      : row,
  );
}

export interface Tally {
  readonly mapped: number;
  readonly made: number;
  readonly skipped: number;
  /** Of the skipped: those that hold something and could be fields. */
  readonly open: number;
}

export function tally(rows: readonly MapRow[]): Tally {
  const of = (kind: Target["kind"]) => rows.filter((row) => row.target.kind === kind);
  const open = of("skip").filter(({ column }) => column.header !== "" && !isEmpty(column)).length;
  return { mapped: of("field").length, made: of("new").length, skipped: of("skip").length, open };
}

/** The required fields that no column fills; new records would all be refused. */
export function missing(rows: readonly MapRow[], goal: Goal): readonly Field[] {
  const filled = new Set(rows.flatMap(({ target }) => (target.kind === "field" ? [target.field] : [])));
  return fillable(goal.fields).filter(
    (field) => field.required && field.default === undefined && !filled.has(field.key),
  );
}

const keyTypes = new Set(["text", "email", "phone", "url", "number", "date", "dateTime"]);

/** The fields by which a row can find the record that it updates. */
export function keyFields(rows: readonly MapRow[], { fields, title }: Goal): readonly Field[] {
  const filled = new Set(rows.flatMap(({ target }) => (target.kind === "field" ? [target.field] : [])));
  const rank = ({ unique, id }: Field) => (unique ? 2 : 0) + (id === title ? 1 : 0);
  return fields
    .filter(({ key, type }) => filled.has(key) && keyTypes.has(type))
    .sort((a, b) => rank(b) - rank(a));
}

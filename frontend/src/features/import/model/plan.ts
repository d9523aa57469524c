/** What is asked of the server for a mapping. */
import type { ImportRequest, Preview, Reading } from "@/api/imports";
import type { Field, FieldInput } from "@/api/types";
import { fold } from "@/lib/fold";
import { bare } from "./likeness";
import type { Goal, MapRow } from "./mapping";

export interface Rules {
  /** The field that finds the record to update; undefined makes a record of each row. */
  readonly key: string | undefined;
  /** Adds unknown choices to select fields. */
  readonly choices: boolean;
}

export interface NewField {
  readonly header: string;
  readonly input: FieldInput;
}

export interface Plan {
  /** Fields to make before the start; the others are made by the import itself. */
  readonly make: readonly NewField[];
  /** The new name of a fresh table's first field. */
  readonly rename: { readonly field: string; readonly name: string } | undefined;
  readonly request: Omit<ImportRequest, "file">;
}

const longest = 100;

/** A name that no field has yet. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken.map(fold));
  const base = wanted.slice(0, longest - 4);
  let name = base;
  for (let n = 2; names.has(fold(name)); n++) {
    name = `${base} ${n}`;
  }
  return name;
}

const takesChoices = (type: string) => type === "singleSelect" || type === "multiSelect";

/** The options that a select is made with: what the first rows hold. */
function choicesOf(preview: Preview, index: number, type: string): readonly string[] {
  const values = preview.rows.map((row) => (row[index] ?? "").trim());
  const parts = type === "multiSelect" ? values.flatMap((value) => value.split(/[,;、，；]/u)) : values;
  return [...new Set(parts.map((part) => part.trim()).filter(Boolean))].slice(0, 50);
}

function fieldInput(row: MapRow, type: string, name: string, preview: Preview): FieldInput {
  const choices = takesChoices(type) ? choicesOf(preview, row.index, type) : [];
  return {
    name,
    type,
    ...(choices.length > 0 && { options: { choices: choices.map((choice) => ({ name: choice })) } }),
  };
}

/** The import makes a field of its own where nothing hinders it. */
function isPlain(row: MapRow, fields: readonly Field[]): boolean {
  const { target, column } = row;
  const name = bare(column.header);
  const known = fields.some((field) => bare(field.name) === name || bare(field.key) === name);
  return target.kind === "new" && target.type === column.type && !known && column.header.length < longest;
}

export function planOf(
  rows: readonly MapRow[],
  preview: Preview,
  goal: Goal,
  rules: Rules,
  reading: Reading,
): Plan {
  const mapping: Record<string, string | null> = {};
  const make: NewField[] = [];
  const names = goal.fields.map((field) => field.name);
  for (const row of rows) {
    const { column, target } = row;
    if (column.header === "") {
      continue;
    }
    if (target.kind === "field") {
      mapping[column.header] = target.field;
    } else if (target.kind === "skip") {
      mapping[column.header] = null;
    } else if (!isPlain(row, goal.fields)) {
      const name = freeName(column.header, names);
      names.push(name);
      make.push({ header: column.header, input: fieldInput(row, target.type, name, preview) });
    }
  }
  const made = rows.filter(({ target }) => target.kind === "new");
  const needsChoices = made.some(({ target }) => target.kind === "new" && takesChoices(target.type));
  return {
    make,
    rename: renameOf(rows, goal),
    request: {
      ...reading,
      mapping,
      ...(rules.key !== undefined && { upsertOn: [rules.key] }),
      ...(goal.design && {
        createFields: made.length > make.length,
        createChoices: rules.choices || needsChoices,
      }),
    },
  };
}

function renameOf(rows: readonly MapRow[], goal: Goal): Plan["rename"] {
  const title = goal.fields.find(({ id }) => id === goal.title);
  const row = rows.find(({ target }) => target.kind === "field" && target.field === title?.key);
  if (!goal.fresh || !title || !row || title.name === row.column.header) {
    return undefined;
  }
  return { field: title.id, name: row.column.header.slice(0, longest) };
}

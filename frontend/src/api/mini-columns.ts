/** How a template's fields look in a miniature. */
import type { TemplateField } from "./types";

type Kind = "title" | "text" | "pills" | "person" | "number" | "date" | "check";

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly pills?: readonly { readonly name: string; readonly color: string }[];
}

const kinds: Readonly<Record<string, Kind>> = {
  singleSelect: "pills",
  multiSelect: "pills",
  user: "person",
  createdBy: "person",
  updatedBy: "person",
  number: "number",
  decimal: "number",
  currency: "number",
  percent: "number",
  rating: "number",
  date: "date",
  dateTime: "date",
  checkbox: "check",
};

const rank: Readonly<Record<Kind, number>> = {
  title: 0,
  pills: 1,
  number: 2,
  person: 3,
  date: 4,
  text: 5,
  check: 6,
};

/** The title and up to four telling fields. */
export function miniColumns(fields: readonly TemplateField[] = []): readonly Column[] {
  const columns = fields.map(({ name, type, choices }, index): Column => {
    const kind = index === 0 ? "title" : (kinds[type] ?? "text");
    return { name, kind, ...(choices ? { pills: choices } : {}) };
  });
  return columns.toSorted((a, b) => rank[a.kind] - rank[b.kind]).slice(0, 5);
}

/** How well the values of a column suit the place that it goes to. */
import type { Preview } from "@/api/imports";
import type { Field, Member } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { timeZone } from "@/lib/i18n/format";
import type { MapRow } from "./mapping";

const unsure = new Set(["link", "singleSelect", "multiSelect"]);

/** From 0 to 1; undefined where only the server can tell. */
export function fitOf(
  row: MapRow,
  field: Field | undefined,
  preview: Preview,
  members: readonly Member[],
): number | undefined {
  const { target, column } = row;
  if (target.kind !== "field" || !field || column.samples.length === 0) {
    return undefined;
  }
  if (column.field === field.key) {
    return column.fit;
  }
  if (unsure.has(field.type)) {
    return undefined;
  }
  const values = preview.rows.map((cells) => (cells[row.index] ?? "").trim()).filter(Boolean);
  if (values.length === 0) {
    return undefined;
  }
  const env = { members, timeZone: timeZone() };
  const good = values.filter((value) => !("error" in typeOf(field).parse(field, value, env)));
  return good.length / values.length;
}

/** A share of values that do not fit, as a percentage that is never rounded away. */
export function misfit(fit: number): number {
  return fit >= 1 ? 0 : Math.max(1, Math.round((1 - fit) * 100));
}

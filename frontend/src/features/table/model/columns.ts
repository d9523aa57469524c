/** Fields of a view as columns of the grid. */
import type { Entity } from "@/api/types";
import { filterFields } from "@/fields/filter/model";
import { isComputed, moreTypes, shownField, typeOf } from "@/fields/registry";
import type { ParseEnv } from "@/fields/types";
import type { GridColumn, SummaryText } from "@/grid/types";
import { type ShownField, shownFields, type ViewDraft } from "./view-model";

export interface ColumnsInput {
  readonly entity: Entity;
  readonly draft: ViewDraft;
  readonly env: ParseEnv;
  readonly summaries: Readonly<Record<string, SummaryText>>;
}

function columnOf(
  { field, width }: ShownField,
  input: ColumnsInput,
  filtered: ReadonlySet<string>,
): GridColumn {
  const type = typeOf(field);
  const { entity, draft, env, summaries } = input;
  const sort = draft.sort.find((one) => one.field === field.id);
  const shown = shownField(field);
  const { scale, currency, unit, max, timeZone } = shown.options;
  const painter = moreTypes()?.painter(field);
  return {
    key: field.key,
    title: field.name,
    type: painter ?? field.type,
    width,
    description: field.description,
    required: field.required === true,
    readOnly: isComputed(field) || field.right !== "write" || !entity.can.write,
    sealed: field.type === "secret",
    sort: sort?.dir,
    filtered: filtered.has(field.id) || filtered.has(field.key),
    editor: type.editor,
    options: {
      scale,
      currency,
      unit,
      max,
      timeZone: timeZone ?? env.timeZone,
      bar: shown.type === "percent",
    },
    parse: (text) => {
      const parsed = type.parse(field, text, env);
      return "value" in parsed ? { value: parsed.value } : undefined;
    },
    ...((painter === "money" || moreTypes()?.painters[field.type]) && {
      format: (value: unknown) => type.format(field, value),
    }),
    ...(Boolean(field.updating) && { icon: "refresh" }),
    summary: summaries[field.key],
  };
}

export function columnsOf(input: ColumnsInput): GridColumn[] {
  const filtered = new Set(filterFields(input.draft.filter));
  return shownFields(input.entity, input.draft)
    .filter((one) => !one.hidden)
    .map((one) => columnOf(one, input, filtered));
}

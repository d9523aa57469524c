/** A field as it is being made or changed. */
import type { Field, FieldInput } from "@/api/types";
import { toInput } from "@/data/input";
import { typeOf } from "@/fields/registry";
import type { ChoiceInput } from "./choices-editor";

export interface FieldDraft {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly unique: boolean;
  readonly description: string;
  readonly default: unknown;
  readonly choices: readonly ChoiceInput[];
  readonly options: Readonly<Record<string, unknown>>;
}

export function draftOfField(field: Field | undefined): FieldDraft {
  const { choices = [], ...options } = field?.options ?? {};
  return {
    name: field?.name ?? "",
    type: field?.type ?? "",
    required: field?.required === true,
    unique: field?.unique === true,
    description: field?.description ?? "",
    default: field?.default,
    choices,
    options,
  };
}

/** Options that a type starts with. */
export function optionsFor(type: string): Readonly<Record<string, unknown>> {
  const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    currency: { scale: 2, currency: "CNY" },
    decimal: { scale: 2 },
    percent: { scale: 0 },
    rating: { max: 5 },
    link: { many: true },
    user: { many: false },
    autoNumber: {},
  };
  return defaults[type] ?? {};
}

/** The settings that a type has, by the names of the API. */
const known: Readonly<Record<string, readonly string[]>> = {
  number: ["scale", "unit", "min", "max"],
  decimal: ["scale", "unit", "min", "max"],
  currency: ["scale", "currency", "min", "max"],
  percent: ["scale", "min", "max"],
  rating: ["max"],
  phone: ["region"],
  date: [],
  dateTime: ["timeZone"],
  user: ["many"],
  autoNumber: ["pattern", "reset"],
  link: ["entity", "many", "inverseName"],
};

export const isChoice = (type: string) => type === "singleSelect" || type === "multiSelect";

function optionsInput(draft: FieldDraft, before: Field | undefined): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const name of known[draft.type] ?? []) {
    const fixed = before !== undefined && (name === "entity" || name === "inverseName");
    const value = draft.options[name];
    if (!fixed && value !== undefined && value !== "") {
      options[name] = value;
    }
  }
  if (isChoice(draft.type)) {
    options.choices = draft.choices
      .filter((choice) => choice.name.trim() !== "")
      .map(({ id, name, color }) => ({ ...(id && { id }), name: name.trim(), color }));
  }
  return options;
}

/** A draft as the API takes it. With `before` only what can be changed later is sent. */
export function fieldInput(draft: FieldDraft, before: Field | undefined): FieldInput {
  const type = typeOf(draft.type);
  const options = optionsInput(draft, before);
  const standard = toInput(draft.default);
  const changedType = before === undefined || before.type !== draft.type;
  return {
    name: draft.name.trim(),
    ...(changedType && { type: draft.type }),
    ...(type.mayBeRequired === true && { required: draft.required }),
    ...(type.mayBeUnique === true && { unique: draft.unique }),
    ...((draft.description !== "" || before?.description) && { description: draft.description }),
    ...(standard !== null && { default: standard }),
    ...(standard === null && before?.default !== undefined && { default: null }),
    options,
  } as FieldInput;
}

/** A field as it is being made or changed. */
import type { Field, FieldInput } from "@/api/types";
import { toInput } from "@/data/input";
import { typeOf } from "@/fields/registry";
import { inTree, parentsByName } from "./choice-tree";
import type { ChoiceInput } from "./choices-editor";

export type Options = Readonly<Record<string, unknown>>;

/** A way from one state to another; states by their `ref`. */
export interface TransitionDraft {
  /** A new record, where there is none. */
  readonly from?: string;
  readonly to: string;
  readonly roles?: readonly string[];
  readonly when?: string;
}

export interface FieldDraft {
  readonly name: string;
  readonly type: string;
  readonly required: Field["required"];
  readonly unique: Field["unique"];
  /** The formula that locks it; empty for none. */
  readonly readOnly: string;
  readonly description: string;
  readonly default: unknown;
  readonly choices: readonly ChoiceInput[];
  readonly transitions: readonly TransitionDraft[];
  readonly options: Options;
}

export function draftOfField(field: Field | undefined): FieldDraft {
  const { choices = [], transitions = [], ...options } = field?.options ?? {};
  return {
    name: field?.name ?? "",
    type: field?.type ?? "",
    required: field?.required ?? false,
    unique: field?.unique ?? false,
    readOnly: field?.readOnly?.formula ?? "",
    description: field?.description ?? "",
    default: field?.default,
    choices: inTree(choices.map((one) => ({ ...one, ref: one.id }))),
    transitions: transitions as TransitionDraft[],
    options,
  };
}

/** Options that a type starts with. */
export function optionsFor(type: string): Options {
  const defaults: Readonly<Record<string, Options>> = {
    currency: { scale: 2, currency: "CNY" },
    decimal: { scale: 2 },
    percent: { scale: 0 },
    rating: { max: 5 },
    link: { many: true },
    user: { many: false },
    progress: { max: 100 },
    duration: { format: "h:mm" },
    time: { format: "HH:mm" },
    rollup: { op: "sum" },
    sla: { clock: { minutes: 240 } },
    address: { tree: "CN" },
  };
  return defaults[type] ?? {};
}

const texts = ["match", "message", "maxLength"];
const numbers = ["scale", "unit", "min", "max"];

/** The settings that a type has, by the names of the API. */
const known: Readonly<Record<string, readonly string[]>> = {
  text: texts,
  longText: texts,
  email: texts,
  url: texts,
  barcode: [...texts, "format"],
  richText: texts,
  markdown: texts,
  number: numbers,
  decimal: numbers,
  currency: ["scale", "currency", "currencies", "min", "max"],
  percent: ["scale", "min", "max"],
  progress: ["max", "scale"],
  duration: ["format", "min", "max"],
  time: ["format"],
  year: ["min", "max"],
  rating: ["max"],
  phone: ["region"],
  dateTime: ["timeZone"],
  user: ["many"],
  department: ["many"],
  role: ["many"],
  cascader: ["tree"],
  address: ["tree"],
  autoNumber: ["pattern", "reset"],
  link: ["entity", "many", "inverseName", "filter"],
  subTable: ["entity"],
  lookup: ["link", "field", "filter", "sort", "limit", "open"],
  rollup: ["link", "field", "op", "filter", "open"],
  count: ["link", "filter"],
  formula: ["formula", "scale"],
  sla: ["clock"],
  button: ["label", "automation", "url", "form"],
};

/** What stays as it was made. */
const fixedOptions: ReadonlySet<string> = new Set(["entity", "inverseName"]);

export const isChoice = (type: string) =>
  type === "singleSelect" || type === "multiSelect" || type === "status" || type === "cascader";

function choicesInput({ choices, type }: FieldDraft) {
  const kept = choices.filter((choice) => choice.name.trim() !== "");
  const parents = type === "cascader" ? parentsByName(choices) : new Map<ChoiceInput, ChoiceInput>();
  const named = new Set(parents.values());
  // Several new ones may have one name: those that others stand below are told by an id made up here.
  const idOf = (choice: ChoiceInput) => choice.id || (named.has(choice) ? `new_${kept.indexOf(choice)}` : "");
  return kept.map((choice) => {
    const { name, color, done } = choice;
    const id = idOf(choice);
    const parent = parents.get(choice);
    return {
      ...(id && { id }),
      name: name.trim(),
      color,
      ...(type === "status" && done && { done }),
      ...(parent && { parent: idOf(parent) }),
    };
  });
}

function transitionsInput({ choices, transitions }: FieldDraft) {
  const state = (ref: string | undefined) => {
    const found = choices.find((one) => one.ref === ref && one.name.trim() !== "");
    return found && (found.id ?? found.name.trim());
  };
  return transitions.flatMap(({ from, to, roles = [], when = "" }) => {
    const target = state(to);
    const source = state(from);
    return target === undefined || (from !== undefined && source === undefined)
      ? []
      : [
          {
            ...(source !== undefined && { from: source }),
            to: target,
            ...(roles.length > 0 && { roles }),
            ...(when.trim() !== "" && { when }),
          },
        ];
  });
}

function optionsInput(draft: FieldDraft, before: Field | undefined): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const name of known[draft.type] ?? []) {
    const fixed = before !== undefined && before.type === draft.type && fixedOptions.has(name);
    const value = draft.options[name];
    if (!fixed && value !== undefined && value !== "") {
      options[name] = value;
    }
  }
  if (isChoice(draft.type) && draft.options.tree === undefined) {
    options.choices = choicesInput(draft);
  }
  if (draft.type === "status") {
    options.transitions = transitionsInput(draft);
  }
  return options;
}

const isFormula = (value: unknown): value is { readonly formula: string } =>
  typeof value === "object" && value !== null && typeof (value as { formula?: unknown }).formula === "string";

/** How the value of new records is given. */
export function defaultMode(value: unknown): "value" | "me" | "now" | "formula" {
  if (value === "@me" || value === "@now") {
    return value === "@me" ? "me" : "now";
  }
  return isFormula(value) ? "formula" : "value";
}

export const formulaOf = (value: unknown): string => (isFormula(value) ? value.formula : "");

function defaultInput(value: unknown): unknown {
  if (isFormula(value)) {
    return value.formula.trim() === "" ? null : value;
  }
  return defaultMode(value) === "value" ? toInput(value) : value;
}

function requiredInput({ required }: FieldDraft): Field["required"] {
  return isFormula(required) && required.formula.trim() === "" ? false : required;
}

function uniqueInput({ unique }: FieldDraft): Field["unique"] {
  return typeof unique === "object" && unique.with.length === 0 ? true : unique;
}

/** A draft as the API takes it. With `before` only what can be changed later is sent. */
export function fieldInput(draft: FieldDraft, before: Field | undefined): FieldInput {
  const type = typeOf(draft.type);
  const standard = type.computed ? null : defaultInput(draft.default);
  const changedType = before === undefined || before.type !== draft.type;
  const locked = draft.readOnly.trim();
  return {
    name: draft.name.trim(),
    ...(changedType && { type: draft.type }),
    ...(type.mayBeRequired === true && { required: requiredInput(draft) }),
    ...(type.mayBeUnique === true && { unique: uniqueInput(draft) }),
    ...(!type.computed && locked !== "" && { readOnly: { formula: locked } }),
    ...(locked === "" && before?.readOnly !== undefined && { readOnly: false }),
    ...((draft.description !== "" || before?.description) && { description: draft.description }),
    ...(standard !== null && { default: standard }),
    ...(standard === null && before?.default !== undefined && { default: null }),
    options: optionsInput(draft, before),
  } as FieldInput;
}

/** Whether what records hold must be converted: another type, currencies less, or from one to several or back. */
export function isTurned({ type, options }: FieldDraft, before: Field | undefined): boolean {
  if (before === undefined) {
    return false;
  }
  const now = (options.currencies ?? []) as readonly string[];
  const then = before.options.currencies ?? [];
  const exchanged = (then.length === 0) !== (now.length === 0) || then.some((code) => !now.includes(code));
  return type !== before.type || (type === "currency" && exchanged);
}

/** What a field of this type cannot do without. */
export function isReady({ name, type, options }: FieldDraft): boolean {
  const given = (option: string) => Boolean(options[option]);
  const needs: Readonly<Record<string, readonly string[]>> = {
    link: ["entity"],
    lookup: ["link", "field"],
    rollup: ["link", "field", "op"],
    count: ["link"],
    formula: ["formula"],
  };
  return name.trim() !== "" && type !== "" && (needs[type] ?? []).every(given);
}

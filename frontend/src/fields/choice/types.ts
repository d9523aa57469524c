import { CircleDot, Tags } from "lucide-react";
import type { Choice, Field } from "@/api/types";
import { joinNames, splitNames } from "../split";
import { basicSummaries, type FieldType, type FilterValue, listOf, ok } from "../types";

const singleOps = ["eq", "ne", "in", "notIn", "isEmpty", "isNotEmpty"];
const multiOps = ["hasAny", "hasAll", "hasNone", "isEmpty", "isNotEmpty"];

function choiceFilter(op: string): FilterValue {
  if (op === "isEmpty" || op === "isNotEmpty") {
    return "none";
  }
  return op === "eq" || op === "ne" ? "choice" : "choices";
}

/** An option that the server is to make: it has a name and no id yet. */
const unknown = (name: string): Choice => ({ id: "", name, color: "gray" });

export function choiceNamed(field: Field, text: string): Choice | undefined {
  const choices = field.options.choices ?? [];
  const name = text.trim();
  return (
    choices.find((choice) => choice.name === text) ??
    choices.find((choice) => choice.name.trim() === name) ??
    choices.find((choice) => choice.id === name)
  );
}

const shared = {
  group: "choice",
  family: "choice",
  color: "violet",
  editor: "popover",
  groupable: true,
  mayBeRequired: true,
  filterValue: choiceFilter,
  summaries: basicSummaries,
} as const;

export const singleSelectType: FieldType = {
  ...shared,
  id: "singleSelect",
  icon: CircleDot,
  sortable: true,
  ops: singleOps,
  parse: (field, text) => ok(text.trim() === "" ? null : (choiceNamed(field, text) ?? unknown(text.trim()))),
  format: (_field, value) => listOf(value)[0]?.name ?? "",
};

export const multiSelectType: FieldType = {
  ...shared,
  id: "multiSelect",
  icon: Tags,
  ops: multiOps,
  parse(field, text) {
    const whole = choiceNamed(field, text);
    if (whole !== undefined) {
      return ok([whole]);
    }
    const names = [...new Set(splitNames(text))];
    return ok(names.length === 0 ? null : names.map((name) => choiceNamed(field, name) ?? unknown(name)));
  },
  format: (_field, value) => joinNames(listOf(value).map((one) => one.name)),
};

import { CircleDollarSign, Hash, Percent, Sigma } from "lucide-react";
import type { Field } from "@/api/types";
import { formatMoney, formatNumber } from "@/lib/i18n/format";
import { bad, basicSummaries, type FieldType, type FilterValue, ok, type ParseResult } from "../types";
import { exactDecimal, plainNumber } from "./plain";

export const numberOps = ["eq", "ne", "gt", "gte", "lt", "lte", "between", "isEmpty", "isNotEmpty"];
export const numberSummaries = ["sum", "avg", "min", "max", ...basicSummaries];

export function numberFilter(op: string): FilterValue {
  if (op === "isEmpty" || op === "isNotEmpty") {
    return "none";
  }
  return op === "between" ? "numberRange" : "number";
}

export function inRange(field: Field, value: number): ParseResult | undefined {
  const { min, max } = field.options;
  if (min !== undefined && value < min) {
    return bad("tooSmall");
  }
  return max !== undefined && value > max ? bad("tooLarge") : undefined;
}

function parseFloating(field: Field, text: string): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  const plain = plainNumber(text);
  if (plain === undefined) {
    return bad("badNumber");
  }
  const value = Number(plain);
  if (!Number.isFinite(value)) {
    return bad("outOfRange");
  }
  return inRange(field, value) ?? ok(value === 0 ? 0 : value);
}

function parseExact(field: Field, text: string): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  const plain = plainNumber(text);
  if (plain === undefined) {
    return bad("badNumber");
  }
  const value = exactDecimal(plain, field.options.scale ?? 2);
  if (value === "range") {
    return bad("outOfRange");
  }
  if (value === "places") {
    return bad("tooManyPlaces");
  }
  return inRange(field, Number(value)) ?? ok(value);
}

const there = (value: unknown) => value !== null && value !== undefined && value !== "";

const scaled = (scale: number | undefined): Intl.NumberFormatOptions =>
  scale === undefined
    ? { maximumFractionDigits: 12 }
    : { minimumFractionDigits: scale, maximumFractionDigits: scale };

function formatPlain(field: Field, value: unknown): string {
  const unit = field.options.unit ? ` ${field.options.unit}` : "";
  return there(value) ? `${formatNumber(Number(value), scaled(places(field, value)))}${unit}` : "";
}

/** A decimal comes as text with the places that it has: those of a formula differ from value to value. */
function places(field: Field, value: unknown): number | undefined {
  return typeof value === "string" ? (value.split(".")[1]?.length ?? 0) : field.options.scale;
}

const shared = {
  group: "number",
  family: "number",
  color: "blue",
  editor: "inline",
  sortable: true,
  mayBeUnique: true,
  mayBeRequired: true,
  ops: numberOps,
  filterValue: numberFilter,
  summaries: numberSummaries,
} as const;

export const numberType: FieldType = {
  ...shared,
  id: "number",
  icon: Hash,
  parse: parseFloating,
  format: formatPlain,
};

export const decimalType: FieldType = {
  ...shared,
  id: "decimal",
  icon: Sigma,
  parse: parseExact,
  format: formatPlain,
};

export const currencyType: FieldType = {
  ...shared,
  id: "currency",
  icon: CircleDollarSign,
  parse: parseExact,
  format: (field, value) =>
    there(value) ? formatMoney(String(value), field.options.currency ?? "CNY", field.options.scale ?? 2) : "",
};

export const percentType: FieldType = {
  ...shared,
  id: "percent",
  icon: Percent,
  parse: parseFloating,
  format: (field, value) =>
    there(value)
      ? formatNumber(Number(value), { style: "percent", ...scaled(field.options.scale ?? 0) })
      : "",
};

import { Globe, ListOrdered, Mail, Phone, TextAlignStart, Type } from "lucide-react";
import type { Field, FieldOptions } from "@/api/types";
import { bad, basicSummaries, type FieldType, type FilterValue, ok, type ParseResult } from "../types";
import { isEmail, isWebAddress, phoneNumber } from "./address";

const textOps = ["contains", "notContains", "eq", "ne", "startsWith", "endsWith", "isEmpty", "isNotEmpty"];

export function textFilter(op: string): FilterValue {
  return op === "isEmpty" || op === "isNotEmpty" ? "none" : "text";
}

/** The field's own pattern; one that only the server understands is left to it. */
function misses(pattern: unknown, text: string): boolean {
  try {
    return typeof pattern === "string" && !new RegExp(`^(?:${pattern})$`, "su").test(text);
  } catch {
    return false;
  }
}

const limit = (most: number, text: string, { match, maxLength }: FieldOptions): ParseResult => {
  if (text === "") {
    return ok(null);
  }
  if (text.includes("\0")) {
    return bad("badText");
  }
  if ([...text].length > Math.min(most, Number(maxLength ?? most))) {
    return bad("tooLong");
  }
  return misses(match, text) ? bad("noMatch") : ok(text);
};

function checked(code: string, most: number, test: (text: string, field: Field) => string | undefined) {
  return (field: Field, text: string): ParseResult => {
    const trimmed = text.trim();
    if (trimmed === "") {
      return ok(null);
    }
    const kept = [...trimmed].length > most ? undefined : test(trimmed, field);
    return kept === undefined ? bad(code) : ok(kept);
  };
}

const format = (_field: Field, value: unknown) =>
  value === null || value === undefined ? "" : String(value);

const shared = {
  group: "text",
  family: "text",
  color: "gray",
  editor: "inline",
  sortable: true,
  mayBeUnique: true,
  mayBeRequired: true,
  ops: textOps,
  filterValue: textFilter,
  summaries: basicSummaries,
  format,
} as const;

export const textType: FieldType = {
  ...shared,
  id: "text",
  icon: Type,
  groupable: true,
  parse: (field, text) => limit(2000, text, field.options),
};

export const longTextType: FieldType = {
  ...shared,
  id: "longText",
  icon: TextAlignStart,
  editor: "multiline",
  sortable: false,
  mayBeUnique: false,
  summaries: ["filled", "empty"],
  parse: (field, text) => limit(100_000, text, field.options),
};

export const emailType: FieldType = {
  ...shared,
  id: "email",
  icon: Mail,
  parse: checked("badEmail", 254, (text) => (isEmail(text) ? text : undefined)),
};

export const phoneType: FieldType = {
  ...shared,
  id: "phone",
  icon: Phone,
  parse: checked("badPhone", 40, (text, field) => phoneNumber(text, field.options.region ?? "CN")),
};

export const urlType: FieldType = {
  ...shared,
  id: "url",
  icon: Globe,
  parse: checked("badUrl", 2000, (text) => (isWebAddress(text) ? text : undefined)),
};

export const autoNumberType: FieldType = {
  ...shared,
  id: "autoNumber",
  icon: ListOrdered,
  color: "indigo",
  group: "relation",
  editor: "none",
  computed: true,
  mayBeUnique: false,
  mayBeRequired: false,
  parse: () => bad("readOnly"),
};

/** What a field type is to the pages: the mirror of schema/field. */
import type { LucideIcon } from "lucide-react";
import type { Field, Member } from "@/api/types";
import type { EditorKind } from "@/grid/types";
import { tryT } from "@/lib/i18n";
import type { Color } from "@/ui/palette";

/** What parsing needs to know beside the field. */
export interface ParseEnv {
  readonly members: readonly Pick<Member, "id" | "name" | "email">[];
  readonly timeZone: string;
}

export type ParseResult = { readonly value: unknown } | { readonly error: string };

export type Group = "text" | "number" | "choice" | "relation" | "people" | "advanced";

/** Which editor and which drawing a type shares with others. */
export type Family =
  | "text"
  | "number"
  | "date"
  | "choice"
  | "check"
  | "rating"
  | "person"
  | "link"
  | "file"
  | "tree"
  | "group"
  | "rich"
  | "json"
  | "place"
  | "address"
  | "list"
  | "secret"
  | "code"
  | "money"
  | "button"
  | "layout";

/** How the value of a filter condition is given. */
export type FilterValue =
  | "none"
  | "text"
  | "number"
  | "numberRange"
  | "day"
  | "dayRange"
  | "within"
  | "choice"
  | "choices"
  | "users"
  | "records"
  | "bool"
  | "own"
  | "ownRange"
  | "tree"
  | "groups"
  | "currencies";

export interface FieldType {
  readonly id: string;
  readonly icon: LucideIcon;
  readonly color: Color;
  readonly group: Group;
  readonly family: Family;
  readonly editor: EditorKind;
  /** Filled by the system. */
  readonly computed?: boolean;
  readonly sortable?: boolean;
  readonly groupable?: boolean;
  readonly mayBeUnique?: boolean;
  readonly mayBeRequired?: boolean;
  /** Operators of the filter, in the order in which they are offered. */
  readonly ops: readonly string[];
  filterValue(op: string): FilterValue;
  /** Figures that a column's footer may show. */
  readonly summaries: readonly string[];
  /** A text as typed, pasted or imported; empty text is null. */
  parse(field: Field, text: string, env: ParseEnv): ParseResult;
  /** Plain text of a value, for copying, titles and readers. */
  format(field: Field, value: unknown): string;
}

export const bad = (code: string): ParseResult => ({ error: `field.${code}` });
export const ok = (value: unknown): ParseResult => ({ value });

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** The list that a value of people, records, files or options is. */
export function listOf<T extends Named = Named>(value: unknown): readonly T[] {
  if (Array.isArray(value)) {
    return value as T[];
  }
  return typeof value === "object" && value !== null && "id" in value ? [value as T] : [];
}

/** Why a computed value is not there, such as "#DIV/0!". */
export function failure(value: unknown): string | undefined {
  const code = typeof value === "object" && value !== null ? (value as { error?: unknown }).error : undefined;
  return typeof code === "string" && code.startsWith("#") ? code : undefined;
}

/** What such a code means. */
export const failureText = (code: string): string | undefined =>
  tryT(`failure.${code.replaceAll(/[^A-Z]/gu, "")}`) ?? tryT("failure.ERROR");

export const basicSummaries = ["filled", "empty", "countDistinct"] as const;

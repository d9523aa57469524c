/** Fields and records of the API as formulas see them. */
import type { Field } from "@/api/types";
import { parseIso } from "./core/clock";
import { decimalAt, parseDecimal } from "./core/decimal";
import type { Names } from "./core/parse";
import type { Row } from "./core/run";
import {
  blank,
  bool,
  decimal,
  type ErrCode,
  failed,
  type Kind,
  list,
  number,
  type Type,
  text,
  typeOf,
  type Value,
} from "./core/value";

const kinds: Readonly<Record<string, Kind>> = {
  number: "number",
  percent: "number",
  rating: "number",
  progress: "number",
  duration: "number",
  year: "number",
  count: "number",
  decimal: "decimal",
  currency: "decimal",
  checkbox: "bool",
  date: "date",
  dateTime: "dateTime",
  createdTime: "dateTime",
  updatedTime: "dateTime",
  sla: "dateTime",
};

const lists = new Set([
  "multiSelect",
  "user",
  "users",
  "department",
  "role",
  "link",
  "subTable",
  "cascader",
  "createdBy",
  "updatedBy",
  "attachment",
  "file",
  "image",
  "signature",
]);

const results: readonly string[] = ["text", "number", "decimal", "bool", "date", "dateTime"];

interface Shows {
  readonly type?: string;
  readonly list?: boolean;
  readonly options?: { readonly scale?: number };
}

/** What a field's values are for formulas. */
export function formulaType(field: Field): Type {
  const { result, scale, many, shows } = field.options;
  if (field.type === "formula") {
    const kind = results.includes(String(result)) ? (result as Kind) : "text";
    return typeOf(kind, kind === "decimal" ? (scale ?? 2) : 0, many === true);
  }
  if (field.type === "lookup" || field.type === "rollup") {
    const of = (shows ?? {}) as Shows;
    const type = plainType(of.type ?? "text", of.options?.scale);
    return { ...type, list: type.list || (of.list ?? field.type === "lookup") };
  }
  return plainType(field.type, scale);
}

function plainType(type: string, scale = 2): Type {
  const kind = kinds[type] ?? "text";
  return typeOf(kind, kind === "decimal" ? scale : 0, lists.has(type));
}

const decimalOf = (json: unknown, scale: number): Value => {
  const amount = typeof json === "object" && json !== null && "amount" in json ? json.amount : json;
  const found = parseDecimal(String(amount));
  return found ? decimalAt(decimal(found.d, found.scale), scale) : blank;
};

/** The text of one value: a name, an address, or what it is. */
function textIn(json: unknown): string {
  if (typeof json !== "object" || json === null) {
    return String(json);
  }
  const { name, text: written, label, path } = json as Readonly<Record<string, unknown>>;
  const shown = (Array.isArray(path) ? path.join("/") : undefined) ?? name ?? written ?? label;
  return typeof shown === "string" ? shown : JSON.stringify(json);
}

function oneValue(json: unknown, type: Type): Value {
  switch (type.kind) {
    case "number":
      return json === "" ? blank : number(Number(json));
    case "decimal":
      return decimalOf(json, type.scale);
    case "bool":
      return bool(json === true);
    case "date":
    case "dateTime":
      return parseIso(String(json), "UTC") ?? blank;
    default:
      return text(textIn(json));
  }
}

/** A value as the API answers it. */
export function formulaValue(json: unknown, type: Type): Value {
  if (json === undefined || json === null || json === "") {
    return type.list ? list([]) : blank;
  }
  if (typeof json === "object" && "error" in json && typeof json.error === "string") {
    return failed(json.error as ErrCode);
  }
  if (type.list) {
    return list(
      (Array.isArray(json) ? json : [json]).map((x: unknown) => oneValue(x, { ...type, list: false })),
    );
  }
  return oneValue(Array.isArray(json) ? json[0] : json, type);
}

/** Fields that formulas cannot name: what they hold is not for reading, or they hold nothing. */
const closed: ReadonlySet<string> = new Set(["secret", "button", "section", "description"]);

/** Fields whose values nobody gives. */
const unedited: ReadonlySet<string> = new Set([
  "formula",
  "lookup",
  "rollup",
  "count",
  "sla",
  "createdTime",
  "createdBy",
  "updatedTime",
  "updatedBy",
]);

/** Names of fields: by id, then key, then name. */
export function namesOf(all: readonly Field[]): Names {
  const fields = all.filter(({ type }) => !closed.has(type));
  const byName = new Map<string, Field>();
  for (const field of [...fields].reverse()) {
    byName.set(field.name, field);
  }
  for (const field of fields) {
    byName.set(field.key, field);
  }
  for (const field of fields) {
    byName.set(field.id, field);
  }
  return {
    find: (name) => {
      const field = byName.get(name);
      return field ? { id: field.id, type: formulaType(field) } : undefined;
    },
    name: (id) => byName.get(id)?.name,
    all: () => fields.map((field) => field.name),
    edited: (id) => {
      const field = byName.get(id);
      return field !== undefined && !unedited.has(field.type) && field.options.derived !== true;
    },
  };
}

export interface RecordValues {
  readonly id?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** By field key. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const momentOf = (s: string | undefined): number => (s ? Date.parse(s) : 0);

/** A record of the API as a row. */
export function rowOf(record: RecordValues, fields: readonly Field[]): Row {
  const byId = new Map(fields.map((field) => [field.id, field]));
  return {
    value: (id) => {
      const field = byId.get(id);
      return field ? formulaValue(record.fields[field.key], formulaType(field)) : blank;
    },
    id: record.id ?? "",
    createdAt: momentOf(record.createdAt),
    updatedAt: momentOf(record.updatedAt),
    changedAt: () => 0, // the server's to tell: needsServer
  };
}

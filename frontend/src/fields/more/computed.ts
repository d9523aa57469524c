/** Fields whose values the server works out: they look and are asked like what they show. */
import { Calculator, Hourglass, ScanSearch, Sigma, SquareFunction } from "lucide-react";
import type { Field } from "@/api/types";
import { dateTimeType } from "../date/types";
import { numberType } from "../number/types";
import { joinNames } from "../split";
import { textFilter, textType } from "../text/types";
import { bad, type FieldType, failure } from "../types";

const readOnly = {
  group: "relation",
  color: "indigo",
  editor: "none",
  computed: true,
  mayBeUnique: false,
  mayBeRequired: false,
  parse: () => bad("readOnly"),
} as const;

export const lookupType: FieldType = { ...textType, ...readOnly, id: "lookup", icon: ScanSearch };
export const rollupType: FieldType = { ...numberType, ...readOnly, id: "rollup", icon: Sigma };
export const countType: FieldType = { ...numberType, ...readOnly, id: "count", icon: Calculator };
export const formulaType: FieldType = { ...textType, ...readOnly, id: "formula", icon: SquareFunction };
export const slaType: FieldType = {
  ...dateTimeType,
  ...readOnly,
  id: "sla",
  icon: Hourglass,
  group: "choice",
  color: "amber",
};

const computedTypes: ReadonlyMap<string, FieldType> = new Map(
  [lookupType, rollupType, countType, formulaType].map((type) => [type.id, type]),
);

interface Shows {
  readonly type: string;
  readonly list?: boolean;
  readonly options?: Field["options"];
}

const results: Readonly<Record<string, string>> = { bool: "checkbox" };

function showsOf({ type, options }: Field): Shows | undefined {
  if (type === "count") {
    return { type: "number", options: { scale: 0 } };
  }
  if (type === "formula") {
    const result = typeof options.result === "string" ? options.result : "text";
    const { scale, currency, unit, timeZone } = options;
    return {
      type: results[result] ?? result,
      list: options.many === true,
      options: {
        ...(scale !== undefined && { scale }),
        ...(currency !== undefined && { currency }),
        ...(unit !== undefined && { unit }),
        ...(timeZone !== undefined && { timeZone }),
      },
    };
  }
  return options.shows as Shows | undefined;
}

/** Types whose values are lists of things with names, whether one or several. */
const named: ReadonlySet<string> = new Set(
  "singleSelect multiSelect status user users department role link subTable createdBy updatedBy attachment file image signature".split(
    " ",
  ),
);

const kept = new WeakMap<
  Field,
  { readonly field: Field; readonly type: FieldType; readonly list: boolean }
>();

function listType(type: FieldType, field: Field, shown: Field, texts: boolean): FieldType {
  return {
    ...type,
    family: "list",
    sortable: false,
    groupable: false,
    summaries: ["filled", "empty"],
    ops: texts ? ["contains", "notContains", "isEmpty", "isNotEmpty"] : ["isEmpty", "isNotEmpty"],
    filterValue: textFilter,
    format: (_field, value) =>
      failure(value) ??
      joinNames(
        (Array.isArray(value) ? value : [value]).map((one) => type.format(shown, one)).filter(Boolean),
      ),
    id: field.type,
  };
}

const textual: ReadonlySet<string> = new Set(["text", "email", "phone", "url", "barcode", "autoNumber"]);

/** The shape of a computed field; undefined for other fields and for those that show nothing yet. */
export function shapeOf(field: Field, typeNamed: (of: Field) => FieldType) {
  if (!computedTypes.has(field.type)) {
    return undefined;
  }
  const known = kept.get(field);
  if (known !== undefined) {
    return known;
  }
  const shows = showsOf(field);
  if (shows === undefined) {
    return undefined;
  }
  const shown: Field = { ...field, type: shows.type, options: shows.options ?? {} };
  const base = typeNamed(shown);
  const list = shows.list === true && !named.has(shows.type);
  const own: FieldType = {
    ...base,
    ...readOnly,
    id: field.type,
    icon: computedTypes.get(field.type)?.icon ?? base.icon,
    sortable: base.sortable === true,
    groupable: base.groupable === true,
    ...(field.options.volatile === true && { sortable: false, groupable: false, ops: [], summaries: [] }),
    format: (_field, value) => failure(value) ?? base.format(shown, value),
  };
  const type = list
    ? { ...listType(base, field, shown, textual.has(shows.type)), ...readOnly, icon: own.icon }
    : own;
  const made = { field: shown, type, list };
  kept.set(field, made);
  return made;
}

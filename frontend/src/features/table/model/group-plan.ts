/** How a field makes groups: what they are called, what belongs to them, in which order they stand. */
import type { Field, SortKey } from "@/api/types";
import type { GroupPlan } from "@/data/layout";
import { isComputed, shownField, typeOf } from "@/fields/registry";
import type { GroupLabel, SummaryText } from "@/grid/types";
import { addDays, addMonths } from "@/lib/calendar";
import { t } from "@/lib/i18n";
import { formatDay } from "@/lib/i18n/format";
import { summaryText } from "./summary-text";
import type { ShownField } from "./view-model";

interface Key {
  readonly id?: string;
  readonly name?: string;
  readonly color?: string;
}

const asKey = (key: unknown): Key => (typeof key === "object" && key !== null ? (key as Key) : {});
const isNothing = (key: unknown) => key === null || key === undefined || key === "";
const setTypes: ReadonlySet<string> = new Set(
  "user users link subTable multiSelect department role createdBy updatedBy".split(" "),
);
/** Values that are lists: a group holds the records that have its one. */
const isSet = (field: Field) => setTypes.has(shownField(field).type) || byCurrency(field);
/** Amounts of several currencies stand together by their currency. */
const byCurrency = (field: Field) => typeOf(field).family === "money";
const isDated = (field: Field) => typeOf(field).family === "date";

function filterOf(field: Field, key: unknown): unknown {
  const named = { field: field.id };
  if (isNothing(key)) {
    return { ...named, op: "isEmpty" };
  }
  if (isDated(field)) {
    const from = String(key);
    const to = addMonths(from, 1);
    return shownField(field).type === "date"
      ? { ...named, op: "between", value: [from, addDays(to, -1)] }
      : {
          and: [
            { ...named, op: "gte", value: from },
            { ...named, op: "lt", value: to },
          ],
        };
  }
  const { id } = asKey(key);
  const sets = isSet(field);
  return { ...named, op: sets ? "hasAny" : "eq", value: sets ? [id ?? key] : (id ?? key) };
}

function labelOf(field: Field, key: unknown): GroupLabel {
  if (isNothing(key)) {
    return { text: t("table.groupEmpty"), kind: "empty" };
  }
  const { family } = typeOf(field);
  const { id, name, color } = asKey(key);
  if (family === "choice") {
    return { text: name ?? String(key), kind: "pill", color };
  }
  if (family === "person") {
    return { text: name ?? String(key), kind: "avatar", id };
  }
  if (family === "date") {
    return { text: formatDay(String(key), { year: "numeric", month: "long" }), kind: "text" };
  }
  if (family === "tree") {
    return { text: typeOf(field).format(field, key), kind: "text" };
  }
  if (shownField(field).type === "checkbox") {
    return { text: t(key === true ? "table.yes" : "table.no"), kind: "text" };
  }
  return { text: name ?? (typeOf(field).format(field, key) || String(key)), kind: "text" };
}

/** Those that have no value stand where an order by the field has them: first, or last downwards. */
function compareOf(field: Field, desc: boolean): GroupPlan["compare"] {
  const order = new Map((shownField(field).options.choices ?? []).map((choice, index) => [choice.id, index]));
  const rank = (key: unknown) => order.get(asKey(key).id ?? "") ?? order.size;
  return (a, b) => {
    if (isNothing(a) || isNothing(b)) {
      return (Number(isNothing(b)) - Number(isNothing(a))) * (desc ? -1 : 1);
    }
    const byText = labelOf(field, a).text.localeCompare(labelOf(field, b).text, "zh-CN", { numeric: true });
    const bySize = typeof a === "number" && typeof b === "number" ? a - b : byText;
    const natural = order.size > 0 ? rank(a) - rank(b) : bySize;
    const dated = isDated(field) ? String(a).localeCompare(String(b)) : natural;
    return desc ? -dated : dated;
  };
}

function valuesOf(field: Field, key: unknown): Readonly<Record<string, unknown>> {
  if (isNothing(key) || isDated(field) || isComputed(field) || byCurrency(field)) {
    return {};
  }
  const sets = isSet(field);
  return { [field.key]: sets ? [key] : key };
}

const mostFigures = 12;

/** The figure under a group heading: the footer's own, else what numbers usually want. */
function figureOf({ field, summary }: ShownField): string | undefined {
  const { type } = shownField(field);
  const numeric = ["currency", "decimal", "number", "percent", "duration"].includes(type);
  if (summary !== undefined && ["sum", "avg", "min", "max"].includes(summary)) {
    return summary;
  }
  if (!numeric || summary === "none") {
    return undefined;
  }
  return type === "percent" ? "avg" : "sum";
}

export function groupPlan(sort: SortKey, fields: readonly ShownField[]): GroupPlan | undefined {
  const field = fields.find((one) => one.field.id === sort.field)?.field;
  if (field === undefined || typeOf(field).groupable !== true) {
    return undefined;
  }
  const byKey = new Map(fields.map((one) => [one.field.key, one.field]));
  return {
    field: field.id,
    dir: sort.dir,
    ...(isDated(field) && { bucket: "month" }),
    metrics: fields
      .filter((one) => !one.hidden)
      .flatMap((one) => {
        const op = figureOf(one);
        return op === undefined ? [] : [{ op, field: one.field.id, key: one.field.key }];
      })
      .slice(0, mostFigures),
    filterOf: (key) => filterOf(field, key),
    idOf: (key) => (isNothing(key) ? "none" : (asKey(key).id ?? String(key))),
    labelOf: (key) => labelOf(field, key),
    compare: compareOf(field, sort.dir === "desc"),
    valuesOf: (key) => valuesOf(field, key),
    summaryOf(key, op, value): SummaryText | undefined {
      const own = byKey.get(key);
      const text = own === undefined ? undefined : summaryText(own, op, value, 0);
      // A sum under its own column needs no word.
      return text === undefined || op !== "sum" ? text : { value: text.value };
    },
  };
}

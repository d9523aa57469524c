import type { Field } from "@/api/types";
import { shownField, typeOf } from "@/fields/registry";
import type { SummaryText } from "@/grid/types";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";

/** What a figure is called in a list of figures. */
export function summaryName(field: Field, op: string): string {
  const dated = typeOf(field).family === "date";
  const names: Readonly<Record<string, string>> = {
    sum: t("summary.sum"),
    avg: t("summary.avg"),
    min: t(dated ? "summary.earliest" : "summary.min"),
    max: t(dated ? "summary.latest" : "summary.max"),
    filled: t("summary.filled"),
    empty: t("summary.empty"),
    countDistinct: t("summary.countDistinct"),
    checked: t("summary.checked"),
    unchecked: t("summary.unchecked"),
  };
  return names[op] ?? op;
}

function figure(field: Field, op: string, value: unknown, count: number): string {
  if (op === "filled" || op === "empty") {
    const filled = Number(value);
    const part = op === "filled" ? filled : count - filled;
    return count === 0 ? "0%" : formatNumber(part / count, { style: "percent", maximumFractionDigits: 0 });
  }
  if (op === "countDistinct" || op === "checked" || op === "unchecked") {
    return formatNumber(Number(value));
  }
  const { type } = shownField(field);
  if (op === "avg" && !["currency", "percent", "duration", "progress"].includes(type)) {
    return formatNumber(Number(value), { maximumFractionDigits: 2 });
  }
  if (type === "date" && typeof value === "string") {
    return value.slice(0, 10);
  }
  return typeOf(field).format(field, value);
}

/** A figure with its name, as footers and group headings show it. */
export function summaryText(
  field: Field,
  op: string,
  value: unknown,
  count: number,
): SummaryText | undefined {
  if (value === null || value === undefined) {
    return undefined;
  }
  return { label: summaryName(field, op), value: figure(field, op, value, count) };
}

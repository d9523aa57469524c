import { Calendar, CalendarClock, Clock, History } from "lucide-react";
import { formatTime } from "@/lib/i18n/format";
import { bad, basicSummaries, type FieldType, type FilterValue, ok } from "../types";
import { parseDay, parseMoment } from "./parse";

export const dateOps = ["eq", "within", "lt", "lte", "gt", "gte", "between", "ne", "isEmpty", "isNotEmpty"];

export const withinValues = [
  "today",
  "yesterday",
  "tomorrow",
  "thisWeek",
  "lastWeek",
  "nextWeek",
  "thisMonth",
  "lastMonth",
  "nextMonth",
  "thisQuarter",
  "thisYear",
  "last7Days",
  "last30Days",
  "next7Days",
  "next30Days",
] as const;

function dateFilter(op: string): FilterValue {
  if (op === "isEmpty" || op === "isNotEmpty") {
    return "none";
  }
  if (op === "within") {
    return "within";
  }
  return op === "between" ? "dayRange" : "day";
}

const shared = {
  group: "choice",
  family: "date",
  color: "amber",
  editor: "popover",
  sortable: true,
  groupable: true,
  mayBeRequired: true,
  ops: dateOps,
  filterValue: dateFilter,
  summaries: ["min", "max", ...basicSummaries],
} as const;

export const dateType: FieldType = {
  ...shared,
  id: "date",
  icon: Calendar,
  mayBeUnique: true,
  parse(field, text, env) {
    if (text.trim() === "") {
      return ok(null);
    }
    const day = parseDay(text, field.options.timeZone ?? env.timeZone);
    return day === undefined ? bad("badDate") : ok(day);
  },
  format: (_field, value) => (typeof value === "string" ? value : ""),
};

const stamp: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
};

export const dateTimeType: FieldType = {
  ...shared,
  id: "dateTime",
  icon: CalendarClock,
  parse(field, text, env) {
    if (text.trim() === "") {
      return ok(null);
    }
    const at = parseMoment(text, field.options.timeZone ?? env.timeZone);
    return at === undefined ? bad("badDateTime") : ok(new Date(at).toISOString());
  },
  format: (_field, value) => (typeof value === "string" ? formatTime(value, stamp) : ""),
};

const system = {
  ...dateTimeType,
  group: "people",
  color: "teal",
  editor: "none",
  computed: true,
  mayBeRequired: false,
  parse: () => bad("readOnly"),
} as const;

export const createdTimeType: FieldType = { ...system, id: "createdTime", icon: Clock };
export const updatedTimeType: FieldType = { ...system, id: "updatedTime", icon: History };

/** Lengths of time, times of day, years, and how far something has come. */
import { CalendarRange, CircleGauge, Clock3, Timer } from "lucide-react";
import type { Field } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { parseDay, parseMoment } from "../date/parse";
import { exactDecimal, plainNumber } from "../number/plain";
import { inRange, numberOps, numberSummaries, numberType } from "../number/types";
import { bad, type FieldType, type FilterValue, ok, type ParseResult } from "../types";
import { unitWords } from "./units";

function ownFilter(op: string): FilterValue {
  if (op === "isEmpty" || op === "isNotEmpty") {
    return "none";
  }
  return op === "between" ? "ownRange" : "own";
}

const shared = {
  ...numberType,
  groupable: true,
  mayBeUnique: false,
  ops: numberOps,
  filterValue: ownFilter,
  summaries: numberSummaries,
} as const;

const longest = 1000 * 366 * 86_400;

/** h:mm and h:mm:ss, or m:ss where short is asked for. */
function clockLength(text: string, short: boolean): number | undefined {
  const parts = text.split(":").map((part) => part.trim());
  const good =
    (parts.length === 2 || parts.length === 3) &&
    parts.every((part, i) => (i === 0 ? /^\d{1,9}$/u : /^[0-5]\d$/u).test(part));
  if (!good) {
    return undefined;
  }
  const total = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
  return parts.length === 2 && !short ? total * 60 : total;
}

/** Numbers with their units, such as 1h30m. */
function unitLength(text: string): number | undefined {
  let rest = text.trim();
  let total = 0;
  while (rest !== "") {
    const match = /^(\d+\.?\d*|\.\d+)\s*([^\d\s.]+)\s*/u.exec(rest);
    const unit = match === null ? undefined : unitWords.get(match[2] ?? "");
    if (match === null || unit === undefined) {
      return undefined;
    }
    total += Number(match[1]) * unit;
    rest = rest.slice(match[0].length);
  }
  return total;
}

function parseDuration(field: Field, text: string): ParseResult {
  const clean = text.normalize("NFKC").trim().toLowerCase();
  if (clean === "") {
    return ok(null);
  }
  const rest = clean.replace(/^-/u, "");
  const length = clockLength(rest, field.options.format === "h:mm:ss") ?? unitLength(rest);
  const plain = length === undefined ? plainNumber(clean) : undefined;
  if ((length === undefined && plain === undefined) || clean.length > 100) {
    return bad("badDuration");
  }
  const signed = length !== undefined && rest !== clean ? -length : length;
  const seconds = Math.round(signed ?? Number(plain));
  if (!Number.isFinite(seconds) || Math.abs(seconds) > longest) {
    return bad("durationTooLong");
  }
  return inRange(field, seconds) ?? ok(seconds === 0 ? 0 : seconds);
}

const two = (n: number) => String(n).padStart(2, "0");

export function formatDuration(seconds: number, format: unknown): string {
  const sign = seconds < 0 ? "-" : "";
  const n = Math.abs(Math.round(seconds));
  const [d, h, m, s] = [Math.floor(n / 86_400), Math.floor(n / 3600), Math.floor(n / 60) % 60, n % 60];
  if (format === "d h") {
    const parts: readonly (readonly [number, "kinds.days" | "kinds.hours" | "kinds.minutes"])[] = [
      [d, "kinds.days"],
      [h % 24, "kinds.hours"],
      [d > 0 ? 0 : m, "kinds.minutes"],
    ];
    const said = parts.filter(([count]) => count > 0).map(([count, key]) => t(key, { count }));
    return said.length === 0 ? t("kinds.minutes", { count: 0 }) : sign + said.join(" ");
  }
  return format === "h:mm:ss" || s !== 0 ? `${sign}${h}:${two(m)}:${two(s)}` : `${sign}${h}:${two(m)}`;
}

export const durationType: FieldType = {
  ...shared,
  id: "duration",
  icon: Timer,
  parse: parseDuration,
  format: (field, value) => (typeof value === "number" ? formatDuration(value, field.options.format) : ""),
};

function parseTime(text: string): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  const at = text.length > 40 ? undefined : parseMoment(`2000-01-01 ${text.trim()}`, "UTC");
  const clock = at === undefined ? "" : new Date(at).toISOString();
  if (!clock.startsWith("2000-01-01") || !/\d/u.test(text)) {
    return bad("badTime");
  }
  return ok(clock.slice(17, 19) === "00" ? clock.slice(11, 16) : clock.slice(11, 19));
}

export const timeType: FieldType = {
  ...shared,
  id: "time",
  icon: Clock3,
  group: "choice",
  color: "amber",
  summaries: ["min", "max", "filled", "empty", "countDistinct"],
  parse: (_field, text) => parseTime(text),
  format(field, value) {
    const text = typeof value === "string" ? value : "";
    const seconds = field.options.format === "HH:mm:ss" && text.length === 5;
    return seconds ? `${text}:00` : text;
  },
};

function parseYear(field: Field, text: string): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  const day = parseDay(text, "UTC");
  const plain = day?.slice(0, 4) ?? plainNumber(text);
  const whole = plain === undefined ? "places" : exactDecimal(plain, 0);
  if (whole === "places" || whole === "range") {
    return bad(plain === undefined ? "badNumber" : "badInteger");
  }
  const year = Number(whole);
  return year < 1 || year > 9999 ? bad("badYear") : (inRange(field, year) ?? ok(year));
}

export const yearType: FieldType = {
  ...shared,
  id: "year",
  icon: CalendarRange,
  group: "choice",
  color: "amber",
  mayBeUnique: true,
  summaries: ["min", "max", "filled", "empty", "countDistinct"],
  parse: parseYear,
  format: (_field, value) => (typeof value === "number" ? String(value) : ""),
};

export const mostProgress = (field: Field): number => field.options.max ?? 100;

export const progressType: FieldType = {
  ...shared,
  id: "progress",
  icon: CircleGauge,
  filterValue: numberType.filterValue,
  parse(field, text, env) {
    const most = mostProgress(field);
    const part = text.normalize("NFKC").trim();
    if (!part.endsWith("%")) {
      return numberType.parse({ ...field, options: { ...field.options, min: 0, max: most } }, text, env);
    }
    const plain = plainNumber(part);
    const value = plain === undefined ? Number.NaN : Number((Number(plain) * most).toPrecision(12));
    if (Number.isNaN(value)) {
      return bad("badNumber");
    }
    return inRange({ ...field, options: { min: 0, max: most } }, value) ?? ok(value);
  },
  format(field, value) {
    if (typeof value !== "number") {
      return "";
    }
    const scale = field.options.scale;
    const places = { minimumFractionDigits: scale ?? 0, maximumFractionDigits: scale ?? 2 };
    return mostProgress(field) === 100
      ? `${formatNumber(value, places)}%`
      : `${formatNumber(value, places)} / ${formatNumber(mostProgress(field), {})}`;
  },
};

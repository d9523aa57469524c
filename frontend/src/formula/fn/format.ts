/** Writes times in layouts of Moment.js. */
import { dayMs, offset, pad, utc, wall, zoneOf } from "../core/clock";
import { moment } from "../core/convert";
import { arg, type Context, type Impl, limit } from "../core/run";
import { byteLength, text, type Value } from "../core/value";
import { layoutToken, type Words, wordsOf } from "./words";

interface Shown {
  readonly c: Context;
  readonly v: Value;
  /** On the wall. */
  readonly t: Date;
  readonly words: Words;
  /** Minutes. */
  readonly offset: number;
}

type Write = (f: Shown, token: string) => string;

const yearStart = (year: number): number => utc(year, 1, 1);

export const dayOfYear = (t: Date): number =>
  Math.floor((t.getTime() - yearStart(t.getUTCFullYear())) / dayMs) + 1;

/** Counts weeks; the first is the one with January 1. */
export function weekNumber(t: Date, start: number): number {
  const lead = (year: number) => (new Date(yearStart(year)).getUTCDay() - start + 7) % 7;
  const year = t.getUTCFullYear();
  const days = (yearStart(year + 1) - yearStart(year)) / dayMs;
  if (dayOfYear(t) > days - lead(year + 1)) {
    return 1;
  }
  return Math.floor((dayOfYear(t) - 1 + lead(year)) / 7) + 1;
}

function isoWeek(t: Date): { year: number; week: number } {
  const thursday = new Date(t.getTime() + (4 - (t.getUTCDay() || 7)) * dayMs);
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}

function ordinal(f: Shown, n: number, unit: string): string {
  if (f.words.ordinal !== "en") {
    return n + (f.words.ordinals[unit] ?? "");
  }
  const suffix = Math.floor(n / 10) % 10 === 1 ? undefined : ["th", "st", "nd", "rd"][n % 10];
  return n + (suffix ?? "th");
}

function half(f: Shown): string {
  const at = f.t.getUTCHours() * 100 + f.t.getUTCMinutes();
  for (const [until, am, pm] of f.words.halves) {
    if (until === 24) {
      return at < 1200 ? am : pm;
    }
    if (at < until) {
      return pm;
    }
  }
  return "";
}

function zoneText(f: Shown, separator: string): string {
  const o = Math.abs(f.offset);
  return (f.offset < 0 ? "-" : "+") + pad(Math.floor(o / 60), 2) + separator + pad(o % 60, 2);
}

const month = (f: Shown) => f.t.getUTCMonth() + 1;
const quarter = (f: Shown) => Math.ceil(month(f) / 3);
const year: Write = (f) => pad(f.t.getUTCFullYear(), 4);
const week = (f: Shown) => weekNumber(f.t, f.c.env.weekStart);
const padded =
  (of: (f: Shown) => number): Write =>
  (f, token) =>
    pad(of(f), token.length);
const plain =
  (of: (f: Shown) => number): Write =>
  (f) =>
    String(of(f));
const nth =
  (of: (f: Shown) => number, unit: string): Write =>
  (f) =>
    ordinal(f, of(f), unit);
const hour = (f: Shown) => f.t.getUTCHours();
const day = (f: Shown) => f.t.getUTCDate();
const weekday = (f: Shown) => f.t.getUTCDay();
const hour12 = padded((f) => ((hour(f) + 11) % 12) + 1);
const hour24 = padded((f) => ((hour(f) + 23) % 24) + 1);
const ms: Write = (f, token) => pad(f.t.getUTCMilliseconds(), 3).slice(0, token.length);
const weekYear: Write = (f, token) => {
  const early = week(f) === 1 && month(f) === 12 ? 1 : 0;
  return pad(f.t.getUTCFullYear() + early, 4).slice(4 - token.length);
};
const zoneName: Write = (f) => (f.v.kind === "date" || f.offset === 0 ? "UTC" : zoneText(f, ":"));
const inYear = (f: Shown) => dayOfYear(f.t);

const writers: Readonly<Record<string, Write>> = {
  YYYY: year,
  Y: year,
  YY: (f) => pad(f.t.getUTCFullYear() % 100, 2),
  M: padded(month),
  MM: padded(month),
  MMM: (f) => f.words.monthsShort[month(f) - 1] ?? "",
  MMMM: (f) => f.words.months[month(f) - 1] ?? "",
  Mo: nth(month, "M"),
  Q: plain(quarter),
  Qo: nth(quarter, "Q"),
  D: padded(day),
  DD: padded(day),
  Do: nth(day, "D"),
  DDD: plain(inYear),
  DDDD: (f) => pad(inYear(f), 3),
  DDDo: nth(inYear, "DDD"),
  d: plain(weekday),
  do: nth(weekday, "d"),
  dd: (f) => f.words.daysMin[weekday(f)] ?? "",
  ddd: (f) => f.words.daysShort[weekday(f)] ?? "",
  dddd: (f) => f.words.days[weekday(f)] ?? "",
  e: plain((f) => (weekday(f) - f.c.env.weekStart + 7) % 7),
  E: plain((f) => ((weekday(f) + 6) % 7) + 1),
  w: padded(week),
  ww: padded(week),
  wo: nth(week, "w"),
  W: padded((f) => isoWeek(f.t).week),
  WW: padded((f) => isoWeek(f.t).week),
  Wo: nth((f) => isoWeek(f.t).week, "w"),
  GGGG: (f) => pad(isoWeek(f.t).year, 4),
  GG: (f) => pad(isoWeek(f.t).year % 100, 2),
  gggg: weekYear,
  gg: weekYear,
  A: half,
  a: (f) => half(f).toLowerCase(),
  H: padded(hour),
  HH: padded(hour),
  h: hour12,
  hh: hour12,
  k: hour24,
  kk: hour24,
  m: padded((f) => f.t.getUTCMinutes()),
  mm: padded((f) => f.t.getUTCMinutes()),
  s: padded((f) => f.t.getUTCSeconds()),
  ss: padded((f) => f.t.getUTCSeconds()),
  S: ms,
  SS: ms,
  SSS: ms,
  Z: (f) => zoneText(f, ":"),
  ZZ: (f) => zoneText(f, ""),
  z: zoneName,
  zz: zoneName,
  X: (f) => String(Math.floor(moment(f.c, f.v) / 1000)),
  x: (f) => String(moment(f.c, f.v)),
};

const write = (f: Shown, token: string): string =>
  token.startsWith("[") ? token.slice(1, -1) : (writers[token]?.(f, token) ?? token);

/** DATETIME_FORMAT(time, layout). */
export const format: Impl = (c, a) => {
  const v = arg(a, 0);
  const layout = a[1]?.s ?? "YYYY-MM-DDTHH:mm:ss.SSSZ";
  if (byteLength(layout) > 500) {
    return limit;
  }
  const zone = zoneOf(v, c.zone);
  const f: Shown = {
    c,
    v,
    t: new Date(wall(v.n, zone)),
    words: wordsOf(c, v),
    offset: Math.trunc(offset(v.n, zone) / 60_000),
  };
  return text(
    layout.replace(layoutToken(), (token) => {
      const long = f.words.long[token];
      return long === undefined ? write(f, token) : long.replace(layoutToken(), (part) => write(f, part));
    }),
  );
};

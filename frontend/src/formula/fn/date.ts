/** Functions of dates and moments. */
import {
  addMonths,
  dayMs,
  dayText,
  floorDay,
  floorTo,
  instant,
  isZone,
  timeText,
  type Unit,
  unitMonths,
  unitMs,
  unitOf,
  utc,
  wall,
  zoneOf,
} from "../core/clock";
import { float, moment } from "../core/convert";
import { arg, badNumber, badValue, type Context, type Impl, type Impls } from "../core/run";
import { bool, date, dateTime, number, shownIn, text, type Value } from "../core/value";
import { format, weekNumber } from "./format";
import { parseDate } from "./parse-date";
import { count } from "./text";
import { wordsNamed, wordsOf } from "./words";

/** A date or moment as its zone's clock shows it. */
const clock = (c: Context, v: Value): Date => new Date(wall(v.n, zoneOf(v, c.zone)));

const part =
  (of: (t: Date) => number): Impl =>
  (c, a) =>
    number(of(clock(c, arg(a, 0))));

/** Moves a date or moment by whole units. */
function add(c: Context, v: Value, amount: number, u: Unit): Value {
  const n = Math.trunc(amount);
  const zone = zoneOf(v, c.zone);
  const months = unitMonths[u];
  const days = u === "d" || u === "w";
  let most = 4e14 / (unitMs[u] || 1);
  if (months !== undefined) {
    most = 200_000;
  } else if (days) {
    most = 4e6;
  }
  if (Math.abs(n) > most) {
    return badNumber;
  }
  if (months === undefined && !days) {
    return dateTime(moment(c, v) + n * unitMs[u], v.s);
  }
  const from = wall(v.n, zone);
  const w = months === undefined ? from + n * unitMs[u] : addMonths(from, n * months);
  if (w === undefined) {
    return badNumber;
  }
  return v.kind === "date" ? date(w) : dateTime(instant(w, zone), v.s);
}

const wallIn = (v: Value, zone: string): number => (v.kind === "date" ? v.n : wall(v.n, zone));

/** Whole months from b to a, towards zero. */
function monthsBetween(a: number, b: number): number {
  const x = new Date(a);
  const y = new Date(b);
  const n = (x.getUTCFullYear() - y.getUTCFullYear()) * 12 + x.getUTCMonth() - y.getUTCMonth();
  const moved = addMonths(b, n);
  if (moved === undefined) {
    return n;
  }
  if (n > 0 && moved > a) {
    return n - 1;
  }
  return n < 0 && moved < a ? n + 1 : n;
}

/** Whole units from b to a, towards zero: days and longer on the wall, shorter as they pass. */
function diff(c: Context, a: Value, b: Value, u: Unit): Value {
  const ms = unitMs[u];
  if (ms > 0 && ms < dayMs) {
    return number(Math.trunc((moment(c, a) - moment(c, b)) / ms));
  }
  const zone = a.kind === "dateTime" ? zoneOf(a, c.zone) : c.zone;
  const [x, y] = [wallIn(a, zone), wallIn(b, zone)];
  return number(Math.trunc(ms > 0 ? (x - y) / ms : monthsBetween(x, y) / (unitMonths[u] ?? 1)));
}

/** The beginning of the unit that a time on the wall lies in. */
function floor(c: Context, w: number, u: Unit): number {
  const t = new Date(w);
  const [year, month] = [t.getUTCFullYear(), t.getUTCMonth()];
  switch (u) {
    case "w":
      return floorDay(w) - ((t.getUTCDay() - c.env.weekStart + 7) % 7) * dayMs;
    case "M":
      return utc(year, month + 1, 1);
    case "Q":
      return utc(year, Math.floor(month / 3) * 3 + 1, 1);
    case "y":
      return utc(year, 1, 1);
    default:
      return floorTo(w, unitMs[u]);
  }
}

/** Compares two times at the precision of a unit. */
const compareAt =
  (holds: (x: number, y: number) => boolean): Impl =>
  (c, a) => {
    const [l, r] = [arg(a, 0), arg(a, 1)];
    const unit = a[2]?.s ?? "";
    if (unit === "") {
      const days = l.kind === "date" && r.kind === "date";
      return bool(days ? holds(l.n, r.n) : holds(moment(c, l), moment(c, r)));
    }
    const u = unitOf(unit);
    if (!u) {
      return badValue;
    }
    let zone = zoneOf(l.kind === "date" ? r : l, c.zone);
    zone = zone === "UTC" ? c.zone : zone;
    return bool(holds(floor(c, wallIn(l, zone), u), floor(c, wallIn(r, zone), u)));
  };

/** DATEDIF of Chinese products: from a[0] to a[1]; mode 2 counts the last day too. */
const dateIf: Impl = (c, a) => {
  const mode = count(a, 2, 1);
  const u = a[3] ? unitOf(a[3].s) : "d";
  if (!u || (mode !== 1 && mode !== 2)) {
    return badValue;
  }
  const end = mode === 2 ? add(c, arg(a, 1), 1, "d") : arg(a, 1);
  return end.kind === "error" ? end : diff(c, end, arg(a, 0), u);
};

const thresholds: readonly (readonly [string, number, number])[] = [
  ["s", 1, 45],
  ["m", 60, 45],
  ["h", 3600, 22],
  ["d", 86_400, 26],
  ["M", 2_629_746, 11],
  ["y", 31_556_952, Number.POSITIVE_INFINITY],
];

/** How far a time is from now, as people say it. */
const distance: Impl = (c, a) => {
  const v = arg(a, 0);
  const now = v.kind === "date" ? floorDay(wall(c.env.now, c.zone)) : c.env.now;
  const seconds = Math.abs((v.kind === "date" ? v.n : moment(c, v)) - now) / 1000;
  const counted = thresholds.map(([key, of, most]) => ({ key, n: Math.floor(seconds / of + 0.5), most }));
  const found = counted.find(({ n, most }) => n < most);
  if (!found) {
    return badNumber;
  }
  const n = Math.max(found.n, 1);
  const key = n > 1 && found.key !== "s" ? found.key + found.key : found.key;
  return text((wordsOf(c, v).relative[key] ?? "").replaceAll("{n}", String(n)));
};

function weekStart(a: readonly Value[], otherwise: number): number | undefined {
  switch (a[1]?.s.trim().toLowerCase() ?? "") {
    case "sunday":
      return 0;
    case "monday":
      return 1;
    case "saturday":
      return 6;
    case "":
      return otherwise;
    default:
      return undefined;
  }
}

const ofWeek =
  (usual: (c: Context) => number, of: (t: Date, start: number) => number): Impl =>
  (c, a) => {
    const start = weekStart(a, usual(c));
    return start === undefined ? badValue : number(of(clock(c, arg(a, 0)), start));
  };

const setZone: Impl = (c, a) => {
  const zone = arg(a, 1).s.trim();
  const v = arg(a, 0);
  return isZone(zone) ? dateTime(moment(c, v), `${zone}|${v.s.split("|")[1] ?? ""}`) : badValue;
};

const setLocale: Impl = (_, a) => {
  const name = arg(a, 1).s;
  const v = arg(a, 0);
  return wordsNamed(name) ? shownIn(v, `${v.s.split("|")[0] ?? ""}|${name.trim()}`) : badValue;
};

export const dateFunctions: Impls = {
  YEAR: part((t) => t.getUTCFullYear()),
  MONTH: part((t) => t.getUTCMonth() + 1),
  DAY: part((t) => t.getUTCDate()),
  HOUR: part((t) => t.getUTCHours()),
  MINUTE: part((t) => t.getUTCMinutes()),
  SECOND: part((t) => t.getUTCSeconds()),
  WEEKDAY: ofWeek(
    () => 0,
    (t, start) => (t.getUTCDay() - start + 7) % 7,
  ),
  WEEKNUM: ofWeek((c) => c.env.weekStart, weekNumber),
  DATEADD: (c, a) => {
    const u = unitOf(arg(a, 2).s);
    return u ? add(c, arg(a, 0), float(arg(a, 1)), u) : badValue;
  },
  DATETIME_DIFF: (c, a) => {
    const u = a[2] ? unitOf(a[2].s) : "s";
    return u ? diff(c, arg(a, 0), arg(a, 1), u) : badValue;
  },
  DATEIF: dateIf,
  DATESTR: (c, a) => text(dayText(clock(c, arg(a, 0)).getTime())),
  TIMESTR: (c, a) => text(timeText(clock(c, arg(a, 0)).getTime())),
  IS_SAME: compareAt((x, y) => x === y),
  IS_BEFORE: compareAt((x, y) => x < y),
  IS_AFTER: compareAt((x, y) => x > y),
  SET_TIMEZONE: setZone,
  SET_LOCALE: setLocale,
  DATETIME_FORMAT: format,
  DATETIME_PARSE: parseDate,
  FROMNOW: distance,
  TONOW: distance,
};

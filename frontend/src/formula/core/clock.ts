/** Time on the wall, zones, units, and dates in texts. */
import { date, dateTime, maxTime, minTime, type Value } from "./value";

export const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) {
    let format: Intl.DateTimeFormat | undefined;
    try {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        calendar: "gregory",
        hourCycle: "h23",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch {
      format = undefined;
    }
    formats.set(zone, format);
  }
  return formats.get(zone);
}

/** Whether a text names a time zone. */
export const isZone = (name: string): boolean =>
  /^[A-Za-z]/.test(name) && name !== "Local" && !!formatOf(name);

/** The ms of a time of UTC; years below 100 are meant as they stand. */
export function utc(year: number, month: number, day: number, ms = 0): number {
  const t = new Date(0);
  t.setUTCFullYear(year, month - 1, day);
  return t.getTime() + ms;
}

function computeOffset(ms: number, format: Intl.DateTimeFormat): number {
  const p: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(ms)) {
    p[type] = value;
  }
  const year = p.era === "BC" ? 1 - Number(p.year) : Number(p.year);
  const clock = Number(p.hour) * 3600 + Number(p.minute) * 60 + Number(p.second);
  const wall = utc(year, Number(p.month), Number(p.day), clock * 1000);
  return wall - Math.floor(ms / 1000) * 1000;
}

/** Offsets by zone and quarter of an hour: clocks change at no other times. */
const offsets = new Map<string, number>();
const quarter = 900_000;

/** How far a zone is ahead of UTC at an instant, in ms. */
export function offset(ms: number, zone: string): number {
  if (zone === "" || zone === "UTC") {
    return 0;
  }
  const format = formatOf(zone);
  if (!format) {
    return 0;
  }
  const old = ms < -1_000_000_000_000;
  const key = old ? `${zone}|${ms}` : `${zone}|${Math.floor(ms / quarter)}`;
  let found = offsets.get(key);
  if (found === undefined) {
    found = computeOffset(ms, format);
    if (offsets.size > 20_000) {
      offsets.clear();
    }
    offsets.set(key, found);
  }
  return found;
}

/** The clock on the wall at an instant, as ms as if it were UTC. */
export const wall = (ms: number, zone: string): number => ms + offset(ms, zone);

/** When the clock on the wall shows w. */
export const instant = (w: number, zone: string): number => w - offset(w - offset(w, zone), zone);

export const floorTo = (n: number, unit: number): number => Math.floor(n / unit) * unit;
export const floorDay = (w: number): number => floorTo(w, dayMs);
export const pad = (n: number, width: number): string =>
  n < 0 ? `-${String(-n).padStart(width - 1, "0")}` : String(n).padStart(width, "0");

/** A day as 2026-03-15. */
export function dayText(ms: number): string {
  const t = new Date(ms);
  return `${pad(t.getUTCFullYear(), 4)}-${pad(t.getUTCMonth() + 1, 2)}-${pad(t.getUTCDate(), 2)}`;
}

/** A time of day as 10:30:00. */
export function timeText(ms: number): string {
  const t = new Date(ms);
  return `${pad(t.getUTCHours(), 2)}:${pad(t.getUTCMinutes(), 2)}:${pad(t.getUTCSeconds(), 2)}`;
}

/** A day by its numbers, if there is such a day. */
export function dayOf(y: number, m: number, d: number): number | undefined {
  if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31) {
    return undefined;
  }
  const ms = utc(y, m, d);
  return new Date(ms).getUTCDate() === d ? ms : undefined;
}

/** The zone that SET_TIMEZONE gave a moment, or the usual one; days have none. */
export function zoneOf(v: Value, usual: string): string {
  if (v.kind === "date") {
    return "UTC";
  }
  const own = v.kind === "dateTime" ? (v.s.split("|")[0] ?? "") : "";
  return own === "" ? usual : own;
}

const isoForm =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Reads Z, +08:00 or +0800, in ms. */
export function parseOffset(s: string): number | undefined {
  if (s === "Z" || s === "z") {
    return 0;
  }
  const digits = s.slice(1).replaceAll(":", "");
  if (!/^\d{4}$/.test(digits)) {
    return undefined;
  }
  const ms = Number(digits.slice(0, 2)) * 3_600_000 + Number(digits.slice(2)) * 60_000;
  return s.startsWith("-") ? -ms : ms;
}

/** Reads a day, or a moment in a zone unless it says its offset. */
export function parseIso(s: string, zone: string): Value | undefined {
  const m = isoForm.exec(s.trim());
  const day = m ? dayOf(Number(m[1]), Number(m[2]), Number(m[3])) : undefined;
  if (!m || day === undefined) {
    return undefined;
  }
  if (m[4] === undefined) {
    return date(day);
  }
  const [h, minute, sec] = [Number(m[4]), Number(m[5]), Number(m[6] ?? 0)];
  if (h > 23 || minute > 59 || sec > 59) {
    return undefined;
  }
  const w = day + h * 3_600_000 + minute * 60_000 + sec * 1000 + Number(`${m[7] ?? ""}000`.slice(0, 3));
  if (m[8] === undefined) {
    return dateTime(instant(w, zone));
  }
  const shift = parseOffset(m[8]);
  return shift === undefined ? undefined : dateTime(w - shift);
}

export type Unit = "ms" | "s" | "m" | "h" | "d" | "w" | "M" | "Q" | "y";

const unitNames: Readonly<Record<string, Unit>> = {
  milliseconds: "ms",
  millisecond: "ms",
  ms: "ms",
  seconds: "s",
  second: "s",
  s: "s",
  minutes: "m",
  minute: "m",
  m: "m",
  hours: "h",
  hour: "h",
  h: "h",
  days: "d",
  day: "d",
  d: "d",
  weeks: "w",
  week: "w",
  w: "w",
  months: "M",
  month: "M",
  M: "M",
  quarters: "Q",
  quarter: "Q",
  Q: "Q",
  q: "Q",
  years: "y",
  year: "y",
  y: "y",
  Y: "y",
};

/** Reads a unit; "m" is minutes and "M" months, else case does not count. */
export function unitOf(s: string): Unit | undefined {
  const name = s.trim();
  const known = (key: string) => (Object.hasOwn(unitNames, key) ? unitNames[key] : undefined);
  return known(name) ?? known(name.toLowerCase());
}

/** The ms of a unit that always has as many; 0 for those of the calendar. */
export const unitMs: Readonly<Record<Unit, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
  M: 0,
  Q: 0,
  y: 0,
};

export const unitMonths: Readonly<Partial<Record<Unit, number>>> = { M: 1, Q: 3, y: 12 };

/** Moves a time on the wall; the 31st becomes the last day of a short month. */
export function addMonths(w: number, n: number): number | undefined {
  if (Math.abs(n) > 120_000) {
    return undefined;
  }
  const t = new Date(floorDay(w));
  const months = t.getUTCFullYear() * 12 + t.getUTCMonth() + n;
  const year = Math.floor(months / 12);
  const month = months - year * 12 + 1;
  const last = new Date(utc(year, month + 1, 0)).getUTCDate();
  const moved = utc(year, month, Math.min(t.getUTCDate(), last)) + w - floorDay(w);
  return moved >= minTime && moved <= maxTime ? moved : undefined;
}

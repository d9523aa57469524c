/** Working days and hours, currencies, places. */
import { addWork, maxCalendarDays, spansOf, workBetween } from "../core/calendar";
import { dayMs, dayText, floorDay, parseIso, wall, zoneOf } from "../core/clock";
import { float, moment, numeric, textOf } from "../core/convert";
import { decimalAt, parseDecimal, roundHalf } from "../core/decimal";
import { arith } from "../core/ops";
import {
  arg,
  badNumber,
  badRef,
  badValue,
  type Context,
  type Impl,
  type Impls,
  limit,
  spend,
} from "../core/run";
import {
  blank,
  date,
  dateTime,
  decimal,
  elements,
  isEmpty,
  isTime,
  maxTime,
  minTime,
  number,
  text,
  type Value,
} from "../core/value";
import { readNumber } from "./plain-number";
import { count } from "./text";

type IsWork = (day: number) => boolean;

const week: IsWork = (day) => {
  const d = new Date(day).getUTCDay();
  return d !== 0 && d !== 6;
};

const dayIn = (c: Context, v: Value): number => floorDay(wall(v.n, zoneOf(v, c.zone)));

/** Adds the days that a text lists; or says what it is instead: a calendar's name, or nothing known. */
function readDays(c: Context, listed: string, off: Set<number>): IsWork | Value | undefined {
  for (const word of listed.split(",").map((w) => w.trim())) {
    const day = word === "" ? undefined : parseIso(word, c.zone);
    if (day) {
      off.add(dayIn(c, day));
    } else if (word !== "") {
      const calendar = c.env.calendar?.(word);
      return calendar ? (d) => spansOf(calendar, d).length > 0 : badValue;
    }
  }
  return undefined;
}

/** Working days, from a calendar by name or from days off besides Saturday and Sunday. */
function workdays(c: Context, a: readonly Value[]): IsWork | Value {
  const given = arg(a, 2);
  const off = new Set<number>();
  for (const v of isEmpty(given) ? [] : elements(given)) {
    if (v.kind === "error") {
      return v;
    }
    if (isTime(v)) {
      off.add(dayIn(c, v));
      continue;
    }
    const found = readDays(c, textOf(v, c.zone), off);
    if (found) {
      return found;
    }
  }
  return (day) => week(day) && !off.has(day);
}

const workday: Impl = (c, a) => {
  const isWork = workdays(c, a);
  if (typeof isWork === "object") {
    return isWork;
  }
  const step = count(a, 1, 0) < 0 ? -dayMs : dayMs;
  let n = Math.abs(count(a, 1, 0));
  let day = dayIn(c, arg(a, 0));
  for (let tries = 0; n > 0; tries++) {
    day += step;
    if (day < minTime || day > maxTime || tries > maxCalendarDays) {
      return badNumber;
    }
    if (!spend(c, 1)) {
      return limit;
    }
    n -= isWork(day) ? 1 : 0;
  }
  return date(day);
};

/** The working days from one day to another, both included. */
const workdayDiff: Impl = (c, a) => {
  const isWork = workdays(c, a);
  if (typeof isWork === "object") {
    return isWork;
  }
  const [x, y] = [dayIn(c, arg(a, 0)), dayIn(c, arg(a, 1))];
  const [from, to] = [Math.min(x, y), Math.max(x, y)];
  if ((to - from) / dayMs > maxCalendarDays) {
    return badNumber;
  }
  if (!spend(c, (to - from) / dayMs)) {
    return limit;
  }
  let n = 0;
  for (let day = from; day <= to; day += dayMs) {
    n += isWork(day) ? 1 : 0;
  }
  return number(y < x ? -n : n);
};

const hoursAdd: Impl = (c, a) => {
  const calendar = c.env.calendar?.(arg(a, 2).s);
  const hours = float(arg(a, 1));
  if (!calendar) {
    return badRef;
  }
  if (Math.abs(hours) > 900_000 || !spend(c, Math.trunc(Math.abs(hours)))) {
    return badNumber;
  }
  const ms = addWork(calendar, moment(c, arg(a, 0)), hours * 60);
  return ms === undefined ? badNumber : dateTime(ms);
};

const hoursDiff: Impl = (c, a) => {
  const calendar = c.env.calendar?.(arg(a, 2).s);
  if (!calendar) {
    return badRef;
  }
  const [from, to] = [moment(c, arg(a, 0)), moment(c, arg(a, 1))];
  const days = Math.abs(Math.trunc((to - from) / dayMs));
  if (days > maxCalendarDays || !spend(c, days)) {
    return badNumber;
  }
  return number(workBetween(calendar, from, to) / 60);
};

/** Exact, rounded to the places of the amount, two at least. */
const convert: Impl = (c, a) => {
  if (isEmpty(arg(a, 0))) {
    return blank;
  }
  const v = numeric(arg(a, 0));
  if (v.kind === "error") {
    return v;
  }
  const scale = Math.max(2, v.kind === "decimal" ? v.scale : 0);
  const [from, to] = [arg(a, 1).s.trim().toUpperCase(), arg(a, 2).s.trim().toUpperCase()];
  if (from === to) {
    return decimalAt(v, scale);
  }
  const at = a[3] ? wall(a[3].n, zoneOf(a[3], c.zone)) : wall(c.env.now, c.zone);
  const rate = parseDecimal(c.env.rate?.(from, to, dayText(at)) ?? "");
  return rate ? decimalAt(arith(c, "*", decimalAt(v, scale), decimal(rate.d, rate.scale)), scale) : badRef;
};

/** Reads "longitude,latitude". */
function position(s: string): readonly [number, number] | undefined {
  const comma = s.indexOf(",");
  const lng = comma < 0 ? undefined : readNumber(s.slice(0, comma).trim());
  const lat = comma < 0 ? undefined : readNumber(s.slice(comma + 1).trim());
  const ok = lng !== undefined && lat !== undefined && Math.abs(lng) <= 180 && Math.abs(lat) <= 90;
  return ok ? [lng, lat] : undefined;
}

/** The distance on a sphere of the Earth's mean radius, to the metre. */
const distance: Impl = (_, a) => {
  if (arg(a, 0).s === "" || arg(a, 1).s === "") {
    return blank;
  }
  const p = position(arg(a, 0).s);
  const q = position(arg(a, 1).s);
  if (!p || !q) {
    return badValue;
  }
  const rad = Math.PI / 180;
  const [dLat, dLng] = [(q[1] - p[1]) * rad, (q[0] - p[0]) * rad];
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(p[1] * rad) * Math.cos(q[1] * rad) * Math.sin(dLng / 2) ** 2;
  return number(roundHalf(2 * 6371.0088 * Math.asin(Math.sqrt(h)) * 1000) / 1000);
};

export const moreFunctions: Impls = {
  WORKDAY: workday,
  WORKDAY_DIFF: workdayDiff,
  NETWORKDAY: workdayDiff,
  WORKHOURS_ADD: hoursAdd,
  WORKHOURS_DIFF: hoursDiff,
  CONVERT_CURRENCY: convert,
  GETPOSITION: (_, a) => {
    const [lng, lat] = [float(arg(a, 0)), float(arg(a, 1))];
    return Math.abs(lng) > 180 || Math.abs(lat) > 90 ? badNumber : text(`${lng},${lat}`);
  },
  DISTANCE: distance,
};

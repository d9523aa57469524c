/** What values become where another kind is wanted. */
import { dayText, floorDay, instant, parseIso, timeText, wall, zoneOf } from "./clock";
import { decimalAt, decimalFloat, plain } from "./decimal";
import { badValue, type Context, limit, spend } from "./run";
import {
  blank,
  bool,
  date,
  dateTime,
  elements,
  list,
  number,
  type Type,
  text,
  tooLong,
  typeOf,
  type Value,
} from "./value";

/** A number, decimal or truth value as a double. */
export const float = (v: Value): number => (v.kind === "decimal" ? decimalFloat(v) : v.n);

/** Writes any value as & does; moments in the zone unless they carry one. */
export function textOf(v: Value, zone: string): string {
  switch (v.kind) {
    case "text":
    case "error":
      return v.s;
    case "number":
    case "bool":
      return String(v.n);
    case "decimal":
      return plain(v.d, v.scale);
    case "date":
      return dayText(v.n);
    case "dateTime": {
      const w = wall(v.n, zoneOf(v, zone));
      const time = timeText(w);
      const whole = w % 60_000 === 0;
      return `${dayText(w)} ${whole ? time.slice(0, 5) : time}`;
    }
    case "list":
      return textOf(joined(v.list, ", ", zone), zone);
    default:
      return "";
  }
}

/** The text of a list. */
export function joined(values: readonly Value[], separator: string, zone: string): Value {
  const bad = values.find((v) => v.kind === "error");
  if (bad) {
    return bad;
  }
  const s = values.map((v) => textOf(v, zone)).join(separator);
  return tooLong(s) ? limit : text(s);
}

/** The one value that a list stands for where one is wanted. */
export function single(c: Context, v: Value): Value {
  if (v.kind !== "list") {
    return v;
  }
  if (v.list.length < 2) {
    return v.list[0] ?? blank;
  }
  return spend(c, v.list.length) ? joined(v.list, ", ", c.zone) : limit;
}

/** A number of a single value: blank is 0, a truth value 0 or 1. */
export function numeric(v: Value): Value {
  switch (v.kind) {
    case "number":
    case "decimal":
    case "error":
      return v;
    case "any":
      return number(0);
    case "bool":
      return number(v.n);
    default:
      return badValue;
  }
}

/** What a condition makes of a single value. */
export function truthy(v: Value): boolean {
  switch (v.kind) {
    case "any":
      return false;
    case "bool":
    case "number":
      return v.n !== 0;
    case "decimal":
      return v.d !== BigInt(0);
    case "text":
      return v.s !== "";
    case "list":
      return v.list.length > 0;
    default:
      return true;
  }
}

/** A condition of any value: a truth value, or an error. */
export function condition(c: Context, v: Value): Value {
  const one = single(c, v);
  return one.kind === "error" || one.kind === "bool" ? one : bool(truthy(one));
}

/** A date or moment of a single value; a text may be one in ISO form. */
export function asDate(c: Context, v: Value): Value {
  switch (v.kind) {
    case "date":
    case "dateTime":
    case "any":
    case "error":
      return v;
    case "text":
      return v.s.trim() === "" ? blank : (parseIso(v.s, c.zone) ?? badValue);
    default:
      return badValue;
  }
}

/** The instant of a date or moment: a day begins at midnight in the zone. */
export const moment = (c: Context, v: Value): number => (v.kind === "date" ? instant(v.n, c.zone) : v.n);

/** Makes of a value what a parameter wants. */
export function coerce(c: Context, v: Value, want: string): Value {
  if (want === "any" || want === "list" || v.kind === "error") {
    return v;
  }
  const one = single(c, v);
  if (one.kind === "error") {
    return one;
  }
  switch (want) {
    case "text":
      return one.kind === "text" ? one : text(textOf(one, c.zone));
    case "number":
      return numeric(one);
    case "date":
      return asDate(c, one);
    default:
      return bool(truthy(one));
  }
}

function conformTime(c: Context, v: Value, kind: "date" | "dateTime"): Value {
  const time = asDate(c, v);
  if (kind === "dateTime" && time.kind === "date") {
    return dateTime(moment(c, time));
  }
  return kind === "date" && time.kind === "dateTime"
    ? date(floorDay(wall(time.n, zoneOf(time, c.zone))))
    : time;
}

/** Makes of a value what the type of the whole formula promises. */
export function conform(c: Context, v: Value, type: Type): Value {
  if (v.kind === "any" || v.kind === "error" || (type.kind === "any" && !type.list)) {
    return v;
  }
  if (type.list) {
    return conformList(c, v, type);
  }
  const one = single(c, v);
  if (one.kind === "any" || one.kind === "error") {
    return one;
  }
  switch (type.kind) {
    case "text":
      return one.kind === "text" ? one : text(textOf(one, c.zone));
    case "number": {
      const n = numeric(one);
      return n.kind === "decimal" ? number(float(n)) : n;
    }
    case "decimal":
      return decimalAt(numeric(one), type.scale);
    case "bool":
      return one.kind === "bool" ? one : bool(truthy(one));
    case "date":
    case "dateTime":
      return conformTime(c, one, type.kind);
    default:
      return one;
  }
}

function conformList(c: Context, v: Value, type: Type): Value {
  const one = typeOf(type.kind === "mixed" ? "text" : type.kind, type.scale);
  const out: Value[] = [];
  for (const element of elements(v)) {
    const x = conform(c, element, one);
    if (x.kind === "error") {
      return x;
    }
    out.push(x);
  }
  return list(out);
}

/** The operators. */
import { dayMs } from "./clock";
import { asDate, float, moment, numeric, single, textOf } from "./convert";
import { compareDecimals, decimalArith, toDecimal } from "./decimal";
import { badNumber, badValue, type Context, divided, limit, type Run, spend } from "./run";
import {
  bool,
  compareTexts,
  date,
  dateTime,
  isEmpty,
  isNumeric,
  isTime,
  number,
  text,
  tooLong,
  type Value,
} from "./value";

/** Two operands as single values, or the first error. */
function pair(c: Context, a: Value, b: Value): readonly [Value, Value, Value | undefined] {
  const x = single(c, a);
  const y = single(c, b);
  if (x.kind === "error") {
    return [x, y, x];
  }
  return [x, y, y.kind === "error" ? y : undefined];
}

function floatArith(op: string, x: number, y: number): Value {
  switch (op) {
    case "+":
      return number(x + y);
    case "-":
      return number(x - y);
    case "*":
      return number(x * y);
    default:
      return y === 0 ? divided : number(x / y);
  }
}

/** A day or moment plus or minus days, and the days between two. */
function timeArith(c: Context, op: string, a: Value, b: Value): Value {
  if (op === "-" && isTime(a) && isTime(b)) {
    const days = a.kind === "date" && b.kind === "date" ? a.n - b.n : moment(c, a) - moment(c, b);
    return number(days / dayMs);
  }
  const swapped = op === "+" && isTime(b) && !isTime(a);
  const [time, days] = swapped ? [b, numeric(a)] : [a, numeric(b)];
  if ((op !== "+" && op !== "-") || !isTime(time) || (!swapped && isTime(b))) {
    return badValue;
  }
  if (days.kind === "error") {
    return days;
  }
  const n = op === "-" ? -float(days) : float(days);
  if (Math.abs(n) > 4e6) {
    return badNumber;
  }
  return time.kind === "date"
    ? date(time.n + Math.trunc(n) * dayMs)
    : dateTime(time.n + Math.trunc(n * dayMs), time.s);
}

/** Computes + - * / of any values. */
export function arith(c: Context, op: string, a: Value, b: Value): Value {
  if (a.kind === "number" && b.kind === "number") {
    return floatArith(op, a.n, b.n);
  }
  const [x, y, bad] = pair(c, a, b);
  if (bad) {
    return bad;
  }
  if (isTime(x) || isTime(y)) {
    return timeArith(c, op, x, y);
  }
  const l = numeric(x);
  const r = numeric(y);
  if (l.kind === "error" || r.kind === "error") {
    return l.kind === "error" ? l : r;
  }
  if (l.kind === "decimal" || r.kind === "decimal") {
    const p = toDecimal(l);
    const q = toDecimal(r);
    if (p && q) {
      return decimalArith(op, p, q);
    }
  }
  return floatArith(op, float(l), float(r));
}

function concat(c: Context, a: Value, b: Value): Value {
  const [x, y, bad] = pair(c, a, b);
  if (bad) {
    return bad;
  }
  const s = textOf(x, c.zone) + textOf(y, c.zone);
  return tooLong(s) || !spend(c, s.length >> 5) ? limit : text(s);
}

/** How two values are ordered; undefined where one is blank; or an error. */
export function compare(c: Context, a: Value, b: Value): number | undefined | Value {
  const [x, y, bad] = pair(c, a, b);
  if (bad) {
    return bad;
  }
  if ((isEmpty(x) && x.kind !== "text") || (isEmpty(y) && y.kind !== "text")) {
    return undefined;
  }
  if (x.kind === "text" && y.kind === "text") {
    return compareTexts(x.s, y.s);
  }
  if (isNumeric(x) && isNumeric(y)) {
    return compareNumbers(x, y);
  }
  return isTime(x) || isTime(y) ? compareTimes(c, x, y) : badValue;
}

function compareNumbers(a: Value, b: Value): number {
  if (a.kind === "decimal" || b.kind === "decimal") {
    const x = toDecimal(a);
    const y = toDecimal(b);
    if (x && y) {
      return compareDecimals(x, y);
    }
  }
  return Math.sign(float(a) - float(b));
}

function compareTimes(c: Context, a: Value, b: Value): number | undefined | Value {
  const x = asDate(c, a);
  const y = asDate(c, b);
  if (x.kind === "error" || y.kind === "error") {
    return x.kind === "error" ? x : y;
  }
  if (x.kind === "any" || y.kind === "any") {
    return undefined;
  }
  return Math.sign(x.kind === y.kind ? x.n - y.n : moment(c, x) - moment(c, y));
}

/** Whether two single values are equal. */
function same(c: Context, a: Value, b: Value): boolean {
  const x = isEmpty(a);
  const y = isEmpty(b);
  if (x || y) {
    const other = x ? b : a;
    return (x && y) || (other.kind === "bool" && other.n === 0);
  }
  return compare(c, a, b) === 0;
}

/** A truth value, or the first error. */
export function equal(c: Context, a: Value, b: Value, want: boolean): Value {
  const [x, y, bad] = pair(c, a, b);
  return bad ?? bool(same(c, x, y) === want);
}

function ordered(op: string, c: Context, a: Value, b: Value): Value {
  const d = compare(c, a, b);
  if (d === undefined || typeof d === "object") {
    return d ?? bool(false);
  }
  return bool((d < 0 && op.startsWith("<")) || (d > 0 && op.startsWith(">")) || (d === 0 && op.length === 2));
}

/** How an operator is evaluated. */
export function binary(op: string, l: Run, r: Run): Run {
  switch (op) {
    case "+":
    case "-":
    case "*":
    case "/":
      return (c) => {
        const a = l(c);
        return arith(c, op, a, r(c));
      };
    case "&":
      return (c) => {
        const a = l(c);
        return concat(c, a, r(c));
      };
    case "=":
    case "!=":
      return (c) => {
        const a = l(c);
        return equal(c, a, r(c), op === "=");
      };
    default:
      return (c) => {
        const a = l(c);
        return ordered(op, c, a, r(c));
      };
  }
}

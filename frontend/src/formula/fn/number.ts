/** Functions of numbers. */
import { float, numeric, single } from "../core/convert";
import { decimalArith, type Rounding, rescale, roundHalf, toDecimal } from "../core/decimal";
import { arith } from "../core/ops";
import { arg, badNumber, badValue, type Context, divided, type Impl, type Impls } from "../core/run";
import { blank, decimal, number, type Value } from "../core/value";
import { plainNumber, readNumber } from "./plain-number";
import { count, trimmed } from "./text";

const zero = BigInt(0);

/** Whether the digits that are cut off raise the last that stays. */
function rises(rest: string, negative: boolean, how: Rounding): boolean {
  if (rest === "") {
    return false;
  }
  switch (how) {
    case "half":
      return rest >= "5";
    case "up":
      return !negative;
    case "down":
      return negative;
    default:
      return how === "fromZero";
  }
}

/** Rounds the digits that are written. */
function roundText(f: number, places: number, how: Rounding): Value {
  if (places > 30 || f === 0) {
    return number(f);
  }
  const [mantissa = "", e = "0"] = Math.abs(f).toExponential().split("e");
  let digits = mantissa.replace(".", "");
  let keep = Number(e) + 1 + places;
  if (keep >= digits.length) {
    return number(f);
  }
  if (keep < 0) {
    digits = "1";
    keep = 0;
  }
  let n = Number(digits.slice(0, keep) || "0");
  if (rises(digits.slice(keep).replace(/0+$/, ""), f < 0, how)) {
    n++;
  }
  const r = Number(`${n}e${-places}`);
  return number(f < 0 ? -r : r);
}

/** Brings a number to places, judged by its shortest decimal spelling: 1.005 is a half. */
export function round(v: Value, places: number, how: Rounding): Value {
  return v.kind === "decimal" ? rescale(v, places, how) : roundText(v.n, places, how);
}

/** CEILING and FLOOR: the next multiple of the second argument. */
function multiple(c: Context, a: readonly Value[], how: Rounding): Value {
  const m = a[1];
  if (!m || float(m) === 1) {
    return round(arg(a, 0), 0, how);
  }
  if (float(m) === 0) {
    return number(0);
  }
  let q = arith(c, "/", arg(a, 0), m);
  if (q.kind === "error") {
    return q;
  }
  if (q.kind === "number") {
    q = round(q, 9, "half");
  }
  const v = arith(c, "*", round(q, 0, how), m);
  return v.kind === "number" ? round(v, 12, "half") : v;
}

/** Rounds away from zero to whole numbers, odd ones if asked. */
function awayTo(x: number, odd: boolean): number {
  let up = Math.ceil(Math.abs(x));
  if (odd && up % 2 === 0) {
    up++;
  }
  return x < 0 ? -up : up;
}

/** Takes the sign of the divisor. */
const mod: Impl = (c, a) => {
  const [l, r] = [arg(a, 0), arg(a, 1)];
  const [x, y] = [float(l), float(r)];
  if (y === 0) {
    return divided;
  }
  const [p, q] = [toDecimal(l), toDecimal(r)];
  if ((l.kind === "decimal" || r.kind === "decimal") && p && q) {
    const quotient = decimalArith("/", p, q);
    const back = quotient.kind === "decimal" ? arith(c, "*", round(quotient, 0, "down"), r) : quotient;
    if (back.kind !== "error") {
      return arith(c, "-", l, back);
    }
  }
  const rest = x % y;
  return number(rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest);
};

/** Corrects whole results: LOG(1000) is 3. */
const logarithm: Impl = (_, a) => {
  const x = float(arg(a, 0));
  const base = a[1] ? float(a[1]) : 10;
  if (x <= 0 || base <= 0 || base === 1) {
    return badNumber;
  }
  const y = Math.log(x) / Math.log(base);
  const whole = roundHalf(y);
  return number(Math.abs(y - whole) < 1e-9 && base ** whole === x ? whole : y);
};

/** Counts selections of k from n, in any order or in each. */
const choose =
  (combine: boolean): Impl =>
  (_, a) => {
    const n = Math.trunc(float(arg(a, 0)));
    let k = Math.trunc(float(arg(a, 1)));
    if (n < 0 || k < 0 || k > n || n > 1e15 || k > 10_000) {
      return badNumber;
    }
    k = combine ? Math.min(k, n - k) : k;
    let r = 1;
    for (let i = 1; i <= k && Number.isFinite(r); i++) {
      r = combine ? roundHalf((r * (n - k + i)) / i) : r * (n - i + 1);
    }
    return number(r);
  };

/** Reads a number as people type it. */
const parseNumber: Impl = (c, a) => {
  const v = single(c, arg(a, 0));
  switch (v.kind) {
    case "text": {
      if (trimmed(v.s) === "") {
        return blank;
      }
      const plain = plainNumber(v.s);
      if (plain === undefined) {
        return badValue;
      }
      const n = readNumber(plain);
      return n === undefined ? badNumber : number(n);
    }
    case "any":
      return v;
    default:
      return numeric(v);
  }
};

const of =
  (f: (x: number) => number): Impl =>
  (_, a) =>
    number(f(float(arg(a, 0))));

const rounding =
  (how: Rounding): Impl =>
  (_, a) =>
    round(arg(a, 0), count(a, 1, 0), how);

const randBetween: Impl = (c, a) => {
  const lo = Math.ceil(float(arg(a, 0)));
  const hi = Math.floor(float(arg(a, 1)));
  if (lo > hi || Math.abs(lo) > 1e15 || Math.abs(hi) > 1e15) {
    return badNumber;
  }
  return number(lo + Math.floor(random(c) * (hi - lo + 1)));
};

/** Draws from [0, 1): the same record at the same moment draws the same. */
function random(c: Context): number {
  c.draws++;
  let h = 2166136261;
  for (const ch of `${c.env.now}|${c.row.id}|${c.draws}`) {
    h = Math.imul(h ^ ch.charCodeAt(0), 16777619);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

export const numberFunctions: Impls = {
  ABS: (_, a) => {
    const v = arg(a, 0);
    return v.kind === "decimal" ? decimal(v.d < zero ? -v.d : v.d, v.scale) : number(Math.abs(v.n));
  },
  ROUND: rounding("half"),
  ROUNDUP: rounding("fromZero"),
  ROUNDDOWN: rounding("toZero"),
  INT: (_, a) => round(arg(a, 0), 0, "down"),
  CEILING: (c, a) => multiple(c, a, "up"),
  FLOOR: (c, a) => multiple(c, a, "down"),
  EVEN: (_, a) => number(awayTo(float(arg(a, 0)) / 2, false) * 2),
  ODD: (_, a) => number(awayTo(float(arg(a, 0)), true)),
  MOD: mod,
  POWER: (_, a) => number(power(float(arg(a, 0)), float(arg(a, 1)))),
  EXP: of(Math.exp),
  SQRT: of(Math.sqrt),
  LOG: logarithm,
  VALUE: parseNumber,
  NUMBER: parseNumber,
  PI: () => number(Math.PI),
  SIN: of(Math.sin),
  COS: of(Math.cos),
  TAN: of(Math.tan),
  ASIN: of(Math.asin),
  ACOS: of(Math.acos),
  ATAN: of(Math.atan),
  COT: (_, a) => {
    const t = Math.tan(float(arg(a, 0)));
    return t === 0 ? divided : number(1 / t);
  },
  ACOT: of((x) => Math.PI / 2 - Math.atan(x)),
  DEGREES: of((x) => (x * 180) / Math.PI),
  RADIANS: of((x) => (x * Math.PI) / 180),
  COMBIN: choose(true),
  PERMUT: choose(false),
  RANDBETWEEN: randBetween,
};

/** 1 to any power is 1, and anything to the 0th. */
const power = (x: number, y: number): number => (x === 1 ? 1 : x ** y);

/** Exact decimals: integers scaled by a power of ten, of 64 bits. */
import { badNumber, divided } from "./run";
import { decimal, isInt64, maxScale, type Value } from "./value";

const zero = BigInt(0);
const one = BigInt(1);
const two = BigInt(2);
const ten = BigInt(10);
const most = BigInt("9223372036854775807");
export const power = (n: number): bigint => ten ** BigInt(n);
const abs = (n: bigint): bigint => (n < zero ? -n : n);

/** Writes a decimal with all its places. */
export function fixed(d: bigint, scale: number): string {
  const digits = abs(d)
    .toString()
    .padStart(scale + 1, "0");
  const sign = d < zero ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Writes a decimal without zeros at its end. */
export function plain(d: bigint, scale: number): string {
  const s = fixed(d, scale);
  return scale === 0 ? s : s.replace(/\.?0+$/, "");
}

const decimalForm = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** n · 10^shift, if that is whole and not absurdly large. */
function shifted(n: bigint, shift: number): bigint | undefined {
  if (n === zero || (shift >= 0 && shift <= 40)) {
    return n === zero ? zero : n * power(shift);
  }
  return shift >= -40 && shift < 0 && n % power(-shift) === zero ? n / power(-shift) : undefined;
}

/** Reads "-1234.50"; undefined where it is none or has more places than are kept. */
export function parseDecimal(s: string, scale?: number): { d: bigint; scale: number } | undefined {
  const [whole, sign, units = "", fraction = "", exponent = "0"] = decimalForm.exec(s) ?? [];
  if (whole === undefined || units + fraction === "") {
    return undefined;
  }
  const power10 = Number(exponent) - fraction.length;
  const places = scale ?? Math.max(0, -power10);
  const n = shifted(BigInt(units + fraction), power10 + places);
  if (n === undefined || n > most || places > maxScale) {
    return undefined;
  }
  return { d: sign === "-" ? -n : n, scale: places };
}

export const decimalFloat = (v: Value): number => Number(fixed(v.d, v.scale));

/** A number or decimal as a decimal, if its shortest spelling is one. */
export function toDecimal(v: Value): Value | undefined {
  if (v.kind === "decimal") {
    return v;
  }
  const n = v.n;
  if (n === Math.trunc(n) && Math.abs(n) < 1e15) {
    return decimal(BigInt(n), 0);
  }
  for (let scale = 1; scale <= maxScale; scale++) {
    const p = 10 ** scale;
    const y = roundHalf(n * p);
    if (Math.abs(y) >= 1e15) {
      return undefined;
    }
    if (y / p === n) {
      return decimal(BigInt(y), scale);
    }
  }
  return undefined;
}

/** Rounds halves away from zero. */
export const roundHalf = (n: number): number => {
  const a = Math.abs(n);
  const whole = Math.floor(a);
  return Math.sign(n) * (a - whole >= 0.5 ? whole + 1 : whole);
};

/** Divides, halves away from zero. */
function quotient(a: bigint, b: bigint): bigint {
  const q = a / b;
  const r = abs(a % b) * two;
  if (r < abs(b)) {
    return q;
  }
  return a < zero === b < zero ? q + one : q - one;
}

/** A decimal of d / 10^scale, with fewer places where it would not fit. */
export function fitted(d: bigint, scale: number): Value {
  let n = d;
  let places = scale;
  while (places > 0 && (places > maxScale || !isInt64(n))) {
    const drop = Math.max(places - maxScale, 1);
    n = quotient(n, power(drop));
    places -= drop;
  }
  return isInt64(n) ? decimal(n, places) : badNumber;
}

/** Computes + - * / of two decimals. */
export function decimalArith(op: string, a: Value, b: Value): Value {
  const scale = Math.max(a.scale, b.scale);
  switch (op) {
    case "+":
      return fitted(a.d * power(scale - a.scale) + b.d * power(scale - b.scale), scale);
    case "-":
      return fitted(a.d * power(scale - a.scale) - b.d * power(scale - b.scale), scale);
    case "*":
      return fitted(a.d * b.d, a.scale + b.scale);
  }
  if (b.d === zero) {
    return divided;
  }
  const shift = maxScale + b.scale - a.scale;
  return shift >= 0
    ? fitted(quotient(a.d * power(shift), b.d), maxScale)
    : fitted(quotient(a.d, b.d * power(-shift)), maxScale);
}

export function compareDecimals(a: Value, b: Value): number {
  const scale = Math.max(a.scale, b.scale);
  const x = a.d * power(scale - a.scale);
  const y = b.d * power(scale - b.scale);
  if (x === y) {
    return 0;
  }
  return x < y ? -1 : 1;
}

/** Where a number goes that lies between two. */
export type Rounding = "half" | "toZero" | "fromZero" | "down" | "up";

function stepOf(r: bigint, p: bigint, negative: boolean, how: Rounding): bigint {
  const away = negative ? -one : one;
  switch (how) {
    case "half":
      return abs(r) * two >= p ? away : zero;
    case "fromZero":
      return away;
    case "down":
      return negative ? -one : zero;
    case "up":
      return negative ? zero : one;
    default:
      return zero;
  }
}

/** Brings a decimal to places, which may be negative. */
export function rescale(v: Value, places: number, how: Rounding): Value {
  if (places >= v.scale) {
    return v;
  }
  const drop = Math.min(v.scale - places, 40);
  const p = power(drop);
  const r = v.d % p;
  const q = v.d / p + (r === zero ? zero : stepOf(r, p, v.d < zero, how));
  if (places >= 0) {
    return decimal(q, places);
  }
  return q === zero ? decimal(zero, 0) : decimal(q * power(drop - v.scale), 0);
}

/** A decimal with scale places of a number; what does not fit keeps fewer. */
export function decimalAt(v: Value, scale: number): Value {
  let x = v;
  if (v.kind === "number") {
    if (Math.abs(v.n) > 9e18) {
      return badNumber;
    }
    x = toDecimal(v) ?? fitted(exact(v.n), maxScale);
  }
  if (x.kind !== "decimal") {
    return x;
  }
  if (x.scale > scale) {
    return rescale(x, scale, "half");
  }
  const d = x.d * power(scale - x.scale);
  return isInt64(d) ? decimal(d, scale) : x;
}

/** A double, cut to as many places as decimals may have. */
function exact(n: number): bigint {
  const whole = Math.trunc(n);
  const part = Math.abs(n - whole)
    .toFixed(30)
    .slice(2, 2 + maxScale);
  const fraction = BigInt(part);
  return BigInt(whole) * power(maxScale) + (n < 0 ? -fraction : fraction);
}

/** The values of formulas. The meaning of everything is stated in schema/formula/README.md. */

export type Kind =
  | "any"
  | "text"
  | "number"
  | "decimal"
  | "bool"
  | "date"
  | "dateTime"
  | "error"
  | "list"
  /** As a type only: one of several kinds, text in the end. */
  | "mixed";

export type ErrCode = "#DIV/0!" | "#VALUE!" | "#NUM!" | "#REF!" | "#LIMIT!" | "#ERROR!";

/** One value. All have the same shape, so that engines keep them fast. */
export interface Value {
  readonly kind: Kind;
  /** A number, 0 or 1 of a truth value, ms of a date or moment. */
  readonly n: number;
  /** The integer of a decimal: d / 10^scale. */
  readonly d: bigint;
  readonly scale: number;
  /** A text, an error's code, "zone|locale" of a moment. */
  readonly s: string;
  readonly list: readonly Value[];
}

export interface Type {
  readonly kind: Kind;
  readonly scale: number;
  readonly list: boolean;
}

export const maxSource = 16 << 10;
export const maxDepth = 200;
export const maxNodes = 2000;
export const maxText = 64 << 10;
export const maxList = 10_000;
export const maxSteps = 1_000_000;
export const maxScale = 12;

const none: readonly Value[] = [];
const zero = BigInt(0);
const maxInt = (BigInt(1) << BigInt(63)) - BigInt(1);
const minInt = -maxInt - BigInt(1);

/** Whether an integer has 64 bits, as the server keeps it. */
export const isInt64 = (n: bigint): boolean => n <= maxInt && n >= minInt;

const make = (kind: Kind, n: number, s: string): Value => ({ kind, n, d: zero, scale: 0, s, list: none });

export const typeOf = (kind: Kind, scale = 0, list = false): Type => ({ kind, scale, list });

export const blank: Value = make("any", 0, "");
const truth = make("bool", 1, "");
const falsehood = make("bool", 0, "");

export const failed = (code: ErrCode): Value => make("error", 0, code);
export const text = (s: string): Value => make("text", 0, s);
export const bool = (b: boolean): Value => (b ? truth : falsehood);

/** A number; what is not finite is #NUM!, and -0 is 0. */
export const number = (n: number): Value =>
  Number.isFinite(n) ? make("number", n === 0 ? 0 : n, "") : failed("#NUM!");

export function decimal(d: bigint, scale: number): Value {
  if (scale < 0 || scale > maxScale || !isInt64(d)) {
    return failed("#NUM!");
  }
  return { kind: "decimal", n: 0, d, scale, s: "", list: none };
}

export const minTime = -62_135_596_800_000;
export const maxTime = 253_402_300_799_999;

const inYears = (kind: Kind, ms: number, s: string): Value =>
  ms < minTime || ms > maxTime ? failed("#NUM!") : make(kind, ms, s);

/** A day: the ms of its midnight in UTC. */
export const date = (ms: number): Value => inYears("date", ms, "");
/** A moment; `shown` is the zone and locale that it carries. */
export const dateTime = (ms: number, shown = ""): Value => inYears("dateTime", ms, shown);

/** The same time, shown in another zone or locale. */
export const shownIn = (v: Value, shown: string): Value => ({ ...v, s: shown });

/** A list; lists inside are flattened. */
export function list(values: readonly Value[]): Value {
  const flat = values.some((v) => v.kind === "list") ? values.flatMap(elements) : values;
  return flat.length > maxList
    ? failed("#LIMIT!")
    : { kind: "list", n: 0, d: zero, scale: 0, s: "", list: flat };
}

/** A list's elements, none of blank, else the value alone. */
export function elements(v: Value): readonly Value[] {
  if (v.kind === "list") {
    return v.list;
  }
  return v.kind === "any" ? none : [v];
}

export const isError = (v: Value): boolean => v.kind === "error";
export const isTime = (v: Value): boolean => v.kind === "date" || v.kind === "dateTime";
export const isNumeric = (v: Value): boolean =>
  v.kind === "number" || v.kind === "decimal" || v.kind === "bool";
/** What = takes for blank: blank, "" and a list of nothing. */
export const isEmpty = (v: Value): boolean =>
  v.kind === "any" || (v.kind === "text" && v.s === "") || (v.kind === "list" && v.list.length === 0);

const encoder = new TextEncoder();
/** How many bytes of UTF-8 a text has: bounds count them. */
export const byteLength = (s: string): number => encoder.encode(s).length;
/** Whether a text is longer than a value may be. */
export const tooLong = (s: string): boolean =>
  s.length > maxText || (s.length * 3 > maxText && byteLength(s) > maxText);

/** Orders texts by code point, as bytes of UTF-8 are. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x !== y) {
      // Surrogates stand for code points above all others.
      x = x >= 0xd800 && x <= 0xdfff ? x + 0x10000 : x;
      y = y >= 0xd800 && y <= 0xdfff ? y + 0x10000 : y;
      return x < y ? -1 : 1;
    }
  }
  return Math.sign(a.length - b.length);
}

/** Money in capitals, identity numbers, readings of characters. */

import words from "@schema/formula/data/rmb.json";
import { dayOf } from "../core/clock";
import { numeric } from "../core/convert";
import { decimalAt } from "../core/decimal";
import { arg, badNumber, badValue, type Context, type Impl, type Impls, limit, spend } from "../core/run";
import { blank, bool, date, isEmpty, text, tooLong, type Value } from "../core/value";
import { round } from "./number";
import { syllables } from "./pinyin";

const zero = BigInt(0);
const hundred = BigInt(100);
const digits = [...words.digits];
const digit = (n: number): string => digits[n] ?? "";

/** One group of four digits; a zero stands before it where one is due. */
function groupUpper(g: number, zeroDue: boolean): string {
  let out = "";
  let gap = zeroDue;
  for (let p = 3; p >= 0; p--) {
    const d = Math.floor(g / 10 ** p) % 10;
    if (d !== 0) {
      out += (gap ? digit(0) : "") + digit(d) + (words.units[p] ?? "");
    }
    gap = d === 0;
  }
  return out;
}

/** The name of a group; a hundred million counts on for those above it. */
function groupName(i: number, empty: boolean, above: boolean): string {
  if (empty) {
    return i === 2 && above ? (words.groups[2] ?? "") : "";
  }
  return words.groups[i === 3 ? 1 : i] ?? "";
}

/** A whole number: in groups of four digits, one zero for a run of them. */
function wholeUpper(n: bigint): string {
  const groups: number[] = [];
  for (let left = n; left > zero; left /= BigInt(10_000)) {
    groups.push(Number(left % BigInt(10_000)));
  }
  let out = "";
  let gap = false;
  for (const [at, g] of [...groups].reverse().entries()) {
    const i = groups.length - 1 - at;
    const written = g === 0 ? "" : groupUpper(g, gap);
    // No zero at the very front.
    out += out === "" && written.startsWith(digit(0)) ? written.slice(1) : written;
    out += groupName(i, g === 0, groups.length > 3);
    const below = groups[i - 1] ?? 0;
    gap = g === 0 || (g % 10 === 0 && below !== 0 && below < 1000);
  }
  return out;
}

function centsUpper(fen: number, whole: boolean): string {
  const [jiao, rest] = [Math.floor(fen / 10), fen % 10];
  let out = "";
  if (jiao > 0) {
    out = digit(jiao) + words.jiao;
  } else if (rest > 0 && whole) {
    out = digit(0);
  }
  return out + (rest > 0 ? digit(rest) + words.fen : words.whole);
}

/** An amount as cheques want it, rounded to the fen. */
const rmbUpper: Impl = (_, a) => {
  if (isEmpty(arg(a, 0))) {
    return blank;
  }
  const n = numeric(arg(a, 0));
  if (n.kind === "error") {
    return n;
  }
  const v = decimalAt(round(n, 2, "half"), 2);
  const fen = v.d < zero ? -v.d : v.d;
  if (v.kind !== "decimal" || v.scale !== 2 || fen >= BigInt(10) ** BigInt(18)) {
    return badNumber;
  }
  if (fen === zero) {
    return text(digit(0) + words.yuan + words.whole);
  }
  const whole = fen >= hundred;
  const sign = v.d < zero ? words.minus : "";
  const yuan = whole ? wholeUpper(fen / hundred) + words.yuan : "";
  return text(sign + yuan + centsUpper(Number(fen % hundred), whole));
};

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

const birthOf = (id: string): number | undefined =>
  dayOf(Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14)));

/** Checks an identity number by GB 11643; "" where it is none. */
function cardOf(s: string): string {
  const id = s.trim().toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(id)) {
    return "";
  }
  const sum = weights.reduce((total, weight, i) => total + Number(id[i]) * weight, 0);
  const ok = id[17] === "10X98765432"[sum % 11] && id.slice(6, 10) >= "1800";
  return ok && birthOf(id) !== undefined ? id : "";
}

const ofCard =
  (part: (c: Context, id: string) => Value): Impl =>
  (c, a) => {
    if (isEmpty(arg(a, 0))) {
      return blank;
    }
    const id = cardOf(arg(a, 0).s);
    return id === "" ? badValue : part(c, id);
  };

/** Spells Han characters, with a space between two, or by their first letters. */
const pinyin: Impl = (c, a) => {
  const s = arg(a, 0).s;
  const initials = arg(a, 1).s.trim().toLowerCase() === "initials";
  if (!spend(c, s.length)) {
    return limit;
  }
  const out = spell([...s], syllables(), initials);
  return tooLong(out) ? limit : text(out);
};

function spell(chars: readonly string[], readings: ReadonlyMap<string, string>, initials: boolean): string {
  let out = "";
  let last = false;
  let spaced = true;
  for (const ch of chars) {
    const reading = readings.get(ch);
    const gap = initials || (reading === undefined ? !last || ch === " " : spaced) ? "" : " ";
    const written = initials ? reading?.charAt(0) : reading;
    out += gap + (written ?? ch);
    last = reading !== undefined;
    spaced = ch === " ";
  }
  return out;
}

export const chinaFunctions: Impls = {
  RMBUPPER: rmbUpper,
  PINYIN: pinyin,
  IDCARD_VALID: (_, a) => bool(cardOf(arg(a, 0).s) !== ""),
  IDCARD_BIRTHDAY: ofCard((_, id) => date(birthOf(id) ?? 0)),
  IDCARD_GENDER: ofCard((c, id) => {
    const male = Number(id[16]) % 2 === 1;
    if (c.env.locale.toLowerCase().startsWith("en")) {
      return text(male ? "male" : "female");
    }
    return text(male ? words.male : words.female);
  }),
  IDCARD_REGION: ofCard((c, id) => text(c.env.region?.(id.slice(0, 6)) ?? id.slice(0, 6))),
};

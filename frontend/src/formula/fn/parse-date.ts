/** Reads times by a layout of Moment.js. */
import { dayOf, instant, parseOffset, wall } from "../core/clock";
import { moment, single } from "../core/convert";
import { arg, badValue, type Context, type Impl } from "../core/run";
import { blank, byteLength, dateTime, isEmpty, text, type Value } from "../core/value";
import { moreForms } from "./day-forms";
import { layoutToken, type Words, wordsNamed, wordsOf } from "./words";

type Part = "year" | "month" | "day" | "hour" | "minute" | "second" | "ms" | "ignored";

const numberParts: Readonly<Record<string, readonly [Part, number]>> = {
  YYYY: ["year", 4],
  Y: ["year", 4],
  M: ["month", 2],
  MM: ["month", 2],
  D: ["day", 2],
  DD: ["day", 2],
  H: ["hour", 2],
  HH: ["hour", 2],
  h: ["hour", 2],
  hh: ["hour", 2],
  k: ["hour", 2],
  kk: ["hour", 2],
  m: ["minute", 2],
  mm: ["minute", 2],
  s: ["second", 2],
  ss: ["second", 2],
};

class LayoutReader {
  private readonly parts: Record<Part, number> = {
    year: -1,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    ms: 0,
    ignored: 0,
  };
  private half = "";
  private offset: number | undefined;
  private stamp: number | undefined;

  private rest: string;
  private readonly words: Words;

  constructor(rest: string, words: Words) {
    this.rest = rest;
    this.words = words;
  }

  read(layout: string): boolean {
    let left = layout;
    while (left !== "") {
      const found = layoutToken().exec(left);
      if (!found || found.index > 0) {
        const end = found?.index ?? left.length;
        if (!this.literal(left.slice(0, end))) {
          return false;
        }
        left = left.slice(end);
        continue;
      }
      const token = found[0];
      left = left.slice(token.length);
      const long = this.words.long[token];
      if (long !== undefined) {
        left = long + left;
      } else if (token.startsWith("[") ? !this.literal(token.slice(1, -1)) : !this.token(token)) {
        return false;
      }
    }
    return this.rest.trim() === "";
  }

  private literal(s: string): boolean {
    if (s.trim() === "") {
      this.rest = this.rest.replace(/^[ \t]+/, "");
      return true;
    }
    return this.cut(s);
  }

  private cut(s: string): boolean {
    if (!this.rest.startsWith(s)) {
      return false;
    }
    this.rest = this.rest.slice(s.length);
    return true;
  }

  /** Reads up to `most` digits. */
  private digits(most: number): string {
    const found = new RegExp(`^\\d{1,${most}}`).exec(this.rest)?.[0] ?? "";
    this.rest = this.rest.slice(found.length);
    return found;
  }

  private number(part: Part, most: number): boolean {
    const found = this.digits(most);
    this.parts[part] = Number(found);
    return found !== "";
  }

  private token(token: string): boolean {
    const numeric = Object.hasOwn(numberParts, token) ? numberParts[token] : undefined;
    if (numeric) {
      return this.number(...numeric);
    }
    switch (token) {
      case "YY": {
        const ok = this.number("year", 2);
        this.parts.year += this.parts.year < 69 ? 2000 : 1900;
        return ok;
      }
      case "MMM":
        return this.word(this.words.monthsShort, "month");
      case "MMMM":
        return this.word(this.words.months, "month");
      case "Do":
        return this.ordinalDay();
      case "S":
      case "SS":
      case "SSS": {
        const found = this.digits(token.length);
        this.parts.ms = Number(found.padEnd(3, "0"));
        return found !== "";
      }
      case "dd":
        return this.word(this.words.daysMin, "ignored");
      case "ddd":
        return this.word(this.words.daysShort, "ignored");
      case "dddd":
        return this.word(this.words.days, "ignored");
      default:
        return this.rare(token);
    }
  }

  private ordinalDay(): boolean {
    const ok = this.number("day", 2);
    const marks = `stndrh${this.words.ordinals.D ?? ""}`;
    while (this.rest !== "" && marks.includes(this.rest.charAt(0))) {
      this.rest = this.rest.slice(1);
    }
    return ok;
  }

  private rare(token: string): boolean {
    switch (token) {
      case "A":
      case "a":
        return this.halfOfDay();
      case "Z":
      case "ZZ": {
        const found = /^(?:[+-]\d{2}:\d{2}|[+-]\d{4}|Z)/.exec(this.rest)?.[0] ?? "";
        this.offset = found === "" ? undefined : parseOffset(found);
        this.rest = this.rest.slice(found.length);
        return this.offset !== undefined;
      }
      case "X":
      case "x": {
        const found = this.digits(15);
        this.stamp = Number(found) * (token === "X" ? 1000 : 1);
        return found !== "";
      }
      default:
        return false;
    }
  }

  /** Reads one of a list of words, the longest that fits. */
  private word(list: readonly string[], part: Part): boolean {
    let best = "";
    for (const [i, w] of list.entries()) {
      if (w.length > best.length && this.startsWith(w)) {
        best = w;
        this.parts[part] = i + 1;
      }
    }
    this.rest = this.rest.slice(best.length);
    return best !== "";
  }

  private startsWith(word: string): boolean {
    return this.rest.slice(0, word.length).toLowerCase() === word.toLowerCase();
  }

  private halfOfDay(): boolean {
    for (const [until, ...names] of this.words.halves) {
      for (const [i, name] of names.entries()) {
        if (name !== "" && this.startsWith(name)) {
          this.rest = this.rest.slice(name.length);
          this.half = (until === 24 && i === 1) || until > 1200 ? "pm" : "am";
          return true;
        }
      }
    }
    return false;
  }

  result(c: Context): Value {
    if (this.stamp !== undefined) {
      return dateTime(this.stamp);
    }
    const p = this.parts;
    const year = p.year < 0 ? new Date(wall(c.env.now, c.zone)).getUTCFullYear() : p.year;
    let hour = p.hour;
    if (this.half === "pm" && hour < 12) {
      hour += 12;
    } else if (this.half === "am" && hour === 12) {
      hour = 0;
    }
    const day = dayOf(year, p.month, p.day);
    const late = hour === 24 && p.minute + p.second > 0;
    if (day === undefined || hour > 24 || p.minute > 59 || p.second > 59 || late) {
      return badValue;
    }
    const w = day + hour * 3_600_000 + p.minute * 60_000 + p.second * 1000 + p.ms;
    return dateTime(this.offset === undefined ? instant(w, c.zone) : w - this.offset);
  }
}

/** DATETIME_PARSE(text, layout, locale). */
export const parseDate: Impl = (c, a) => {
  const v = single(c, arg(a, 0));
  if (isEmpty(v)) {
    return blank;
  }
  if (v.kind === "date") {
    return dateTime(moment(c, v));
  }
  if (v.kind !== "text") {
    return v.kind === "dateTime" ? v : badValue;
  }
  const layout = a[1]?.s ?? "";
  const s = v.s.trim();
  if (layout === "") {
    const found = moreForms(c, s);
    return found.kind === "date" ? dateTime(moment(c, found)) : found;
  }
  const words = a[2] ? wordsNamed(a[2].s) : wordsOf(c, text(""));
  if (!words || byteLength(layout) > 500) {
    return badValue;
  }
  const reader = new LayoutReader(s, words);
  return reader.read(layout) ? reader.result(c) : badValue;
};

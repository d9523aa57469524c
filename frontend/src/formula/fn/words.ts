/** The words of languages for times. */

import described from "@schema/formula/data/locales.json";
import type { Context } from "../core/run";
import { isTime, type Value } from "../core/value";

export interface Words {
  readonly months: readonly string[];
  readonly monthsShort: readonly string[];
  readonly days: readonly string[];
  readonly daysShort: readonly string[];
  readonly daysMin: readonly string[];
  readonly ordinal: string;
  readonly ordinals: Readonly<Record<string, string>>;
  /** Until which hour and minute, and the words for both halves of the day. */
  readonly halves: readonly (readonly [number, string, string])[];
  readonly long: Readonly<Record<string, string>>;
  readonly relative: Readonly<Record<string, string>>;
}

const locales = described as unknown as Readonly<Record<"en" | "zh-cn", Words>>;

/** The words for a locale: any English, any Chinese. */
export function wordsNamed(name: string): Words | undefined {
  switch (name.trim().toLowerCase().split(/[-_]/)[0]) {
    case "en":
      return locales.en;
    case "zh":
      return locales["zh-cn"];
    default:
      return undefined;
  }
}

/** Those of the locale that SET_LOCALE gave, or that of the reader. */
export function wordsOf(c: Context, v: Value): Words {
  const own = isTime(v) ? (v.s.split("|")[1] ?? "") : "";
  return (own && wordsNamed(own)) || wordsNamed(c.env.locale) || locales["zh-cn"];
}

/** The tokens of layouts, the longest first; the rest is taken as it stands. */
export const layoutToken = () =>
  /\[[^\]]*\]|LTS|LT|LL?L?L?|l{1,4}|Mo|M{1,4}|Qo|Q|DDDo|D{3,4}|Do|D{1,2}|do|d{1,4}|e|E|wo|ww?|Wo|WW?|YYYY|YY|Y|GGGG|GG|gggg|gg|A|a|HH?|hh?|kk?|mm?|ss?|S{1,3}|ZZ?|zz?|X|x/g;

/**
 * The texts of the product. `t("area.key", params)` is typed from the zh-CN
 * catalogue; the English one must have the same keys. A text holds `{name}`
 * for a value and `{count|one|other}` for a word that follows a number.
 */
import type { Catalogue, Key } from "./catalogue";
import { setFormats } from "./format";

export type Locale = "zh-CN" | "en";
export type { Key } from "./catalogue";
export const locales: readonly Locale[] = ["zh-CN", "en"];

type Name<T extends string> = T extends `${infer N}|${string}` ? N : T;
type NamesOf<T extends string> = T extends `${string}{${infer P}}${infer Rest}`
  ? Name<P> | NamesOf<Rest>
  : never;

/** What a text needs: nothing, or one value per placeholder. */
export type Params<K extends Key> = [NamesOf<Catalogue[K]>] extends [never]
  ? []
  : [params: Record<NamesOf<Catalogue[K]>, string | number>];

let texts: Readonly<Record<string, string>> = {};
let current: Locale = "zh-CN";
let plural = new Intl.PluralRules("zh-CN");

export function locale(): Locale {
  return current;
}

/** Puts a catalogue in force; `loadLocale` is the usual door. */
export function setLocale(
  next: Locale,
  catalogue: Readonly<Record<string, string>>,
  timeZone?: string,
): void {
  current = next;
  texts = catalogue;
  plural = new Intl.PluralRules(next);
  setFormats(next, timeZone);
  if (typeof document !== "undefined") {
    document.documentElement.lang = next;
  }
}

export async function loadLocale(next: Locale, timeZone?: string): Promise<void> {
  if (next === "en") {
    const { en } = await import("./en");
    setLocale(next, en, timeZone);
  } else {
    const { zhCN } = await import("./zh-cn");
    setLocale(next, zhCN, timeZone);
  }
}

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, other?: string) => {
      const value = params[name];
      if (one !== undefined) {
        return plural.select(Number(value)) === "one" ? one : (other ?? "");
      }
      return value === undefined ? whole : String(value);
    },
  );
}

/** The text of a key in the language in force. */
export function t<K extends Key>(key: K, ...params: Params<K>): string {
  const text = texts[key] ?? key;
  const values = params[0] as Record<string, string | number> | undefined;
  return values ? fill(text, values) : text;
}

/** Whether a key that came from outside (an error code, a category) has a text, and which. */
export function tryT(key: string, params?: Readonly<Record<string, string | number>>): string | undefined {
  const text = texts[key];
  return text && params ? fill(text, params) : text;
}

/** The language the browser asks for. */
export function preferredLocale(stored: string | null, wanted: readonly string[]): Locale {
  if (stored === "zh-CN" || stored === "en") {
    return stored;
  }
  const first = wanted.find((tag) => /^(zh|en)\b/i.test(tag));
  return first && /^en/i.test(first) ? "en" : "zh-CN";
}

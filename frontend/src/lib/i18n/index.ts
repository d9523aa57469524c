/**
 * The texts of the product. `t("area.key", params)` is typed from the zh-CN
 * catalogue; the English one must have the same keys. A text holds `{name}`
 * for a value and `{count|one|other}` for a word that follows a number.
 */
import { type Area, areas } from "./areas";
import type { Catalogue, Key, Texts } from "./catalogue";
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

let texts: Texts = {};
const wanted = new Set<Area>();
let current: Locale = "zh-CN";
let plural = new Intl.PluralRules("zh-CN");

export function locale(): Locale {
  return current;
}

/** Puts a catalogue in force; `loadLocale` is the usual door. */
export function setLocale(next: Locale, catalogue: Texts, timeZone?: string): void {
  current = next;
  texts = catalogue;
  plural = new Intl.PluralRules(next);
  setFormats(next, timeZone, catalogue["common.justNow"]);
  if (typeof document !== "undefined") {
    document.documentElement.lang = next;
  }
}

async function baseOf(next: Locale): Promise<Texts> {
  return next === "en" ? (await import("./base-en")).baseEn : (await import("./base-zh-cn")).baseZh;
}

/** Fetches a language, with the areas that were asked for, and puts it in force. */
export async function loadLocale(next: Locale, timeZone?: string): Promise<void> {
  let parts: Texts[];
  let asked: number;
  do {
    asked = wanted.size;
    parts = await Promise.all([baseOf(next), ...[...wanted].map((area) => areas[area][next]())]);
  } while (wanted.size > asked);
  setLocale(next, Object.assign({}, ...parts), timeZone);
}

/** Fetches the texts of an area, in this language and from now on in each that follows. */
export async function loadArea(area: Area): Promise<void> {
  wanted.add(area);
  try {
    let fetched: Locale;
    let more: Texts;
    do {
      fetched = current;
      more = await areas[area][fetched]();
    } while (fetched !== current);
    texts = { ...texts, ...more };
  } catch (error) {
    wanted.delete(area);
    throw error;
  }
}

/** A page's code together with the texts it speaks. */
export function withTexts<T>(load: () => Promise<T>, ...names: Area[]): () => Promise<T> {
  return async () => {
    const [page] = await Promise.all([load(), ...names.map(loadArea)]);
    return page;
  };
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

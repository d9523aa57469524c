/** Numbers as people type them, as schema/value reads them. */
import words from "@schema/value/words.txt?raw";

const wordsOf = (name: string): readonly string[] =>
  words
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim()
    .split(/\s+/) ?? [];

const currencySign = /^\p{Sc}|\p{Sc}$/u;

/** Full-width digits, letters and marks as ASCII, without the space around. */
export const narrow = (s: string): string => s.normalize("NFKC").trim();

/** Removes one of the words of a meaning from the front or the end. */
export function cutWord(s: string, name: string): string {
  for (const word of wordsOf(name)) {
    if (s.endsWith(word)) {
      return s.slice(0, -word.length).trim();
    }
    if (s.startsWith(word)) {
      return s.slice(word.length).trim();
    }
  }
  return s;
}

function cutSign(s: string): readonly [string, boolean] {
  if (s.startsWith("(") && s.endsWith(")") && s.length > 1) {
    return [s.slice(1, -1).trim(), true];
  }
  if (/^[-\u2212\u2010\u2013]/.test(s)) {
    return [s.slice(1).trim(), true];
  }
  return [s.startsWith("+") ? s.slice(1).trim() : s, false];
}

const cutCurrency = (s: string): string =>
  currencySign.test(s) ? s.replace(currencySign, "").trim() : cutWord(s, "money");

const plainForm = /^(\d*)(\.(\d*))?(e[+-]?\d+)?$/;

function cutSeparators(s: string): string | undefined {
  const mark = s.search(/[.e]/);
  let whole = mark < 0 ? s : s.slice(0, mark);
  const rest = mark < 0 ? "" : s.slice(mark);
  for (const separator of [",", " ", "'", "\u2019"]) {
    const groups = whole.split(separator);
    const [first = "", ...others] = groups;
    if (others.length === 0) {
      continue;
    }
    if (first.length === 0 || first.length > 3 || others.some((g) => g.length !== 3)) {
      return undefined;
    }
    whole = groups.join("");
    break;
  }
  return isPlain(whole + rest) ? whole + rest : undefined;
}

function isPlain(s: string): boolean {
  const found = plainForm.exec(s);
  return !!found && (found[1] ?? "") + (found[3] ?? "") !== "";
}

/** A number as people type it, in plain digits: "25%" is "25e-2". */
export function plainNumber(s: string): string | undefined {
  if (s.length > 100) {
    return undefined;
  }
  const lower = narrow(s).toLowerCase();
  const [unsigned, first] = cutSign(lower);
  const bare = cutCurrency(unsigned);
  const [inner, second] = first ? [bare, true] : cutSign(bare);
  const percent = inner.endsWith("%");
  const digits = percent ? inner.slice(0, -1) : inner;
  if (percent && digits.includes("e")) {
    return undefined;
  }
  const rest = cutSeparators(digits.trim());
  return rest === undefined ? undefined : `${first || second ? "-" : ""}${rest}${percent ? "e-2" : ""}`;
}

/** Reads plain digits into a finite number. */
export function readNumber(s: string): number | undefined {
  const exponent = /e([+-]?\d+)$/i.exec(s);
  if (!isPlain(s.toLowerCase().replace(/^[+-]/, "")) || Math.abs(Number(exponent?.[1] ?? 0)) > 400) {
    return undefined;
  }
  const n = Number(s);
  return Number.isFinite(n) ? n : undefined;
}

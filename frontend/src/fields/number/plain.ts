/** Numbers as people type them, the same way as the server reads them (schema/value). */
import { moneyWords } from "../words";

const maxText = 100;

function cutSign(text: string): { rest: string; negative: boolean } {
  if (text.startsWith("(") && text.endsWith(")")) {
    return { rest: text.slice(1, -1).trim(), negative: true };
  }
  if (/^[-\u2212\u2010\u2013]/u.test(text)) {
    return { rest: text.slice(1).trim(), negative: true };
  }
  return { rest: text.startsWith("+") ? text.slice(1).trim() : text, negative: false };
}

function cutCurrency(text: string): string {
  if (/^\p{Sc}/u.test(text)) {
    return text.slice(1).trim();
  }
  if (/\p{Sc}$/u.test(text)) {
    return text.slice(0, -1).trim();
  }
  for (const word of moneyWords) {
    if (text.startsWith(word)) {
      return text.slice(word.length).trim();
    }
    if (text.endsWith(word)) {
      return text.slice(0, -word.length).trim();
    }
  }
  return text;
}

/** Thousands separators must stand between groups of three digits. */
function cutSeparators(text: string): string | undefined {
  const point = text.search(/[.e]/u);
  let whole = point < 0 ? text : text.slice(0, point);
  const rest = point < 0 ? "" : text.slice(point);
  const sep = /[, '\u2019]/u.exec(whole)?.[0];
  if (sep !== undefined) {
    const [first = "", ...groups] = whole.split(sep);
    if (first === "" || first.length > 3 || groups.some((group) => group.length !== 3)) {
      return undefined;
    }
    whole = first + groups.join("");
  }
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/u.test(whole + rest) ? whole + rest : undefined;
}

/** Plain digits such as "-1234.50" or "25e-2"; undefined for what is no number, or could be two. */
export function plainNumber(text: string): string | undefined {
  if (text.length > maxText) {
    return undefined;
  }
  const outer = cutSign(text.normalize("NFKC").trim().toLowerCase());
  let { negative } = outer;
  let rest = cutCurrency(outer.rest);
  if (!negative) {
    ({ rest, negative } = cutSign(rest));
  }
  const percent = rest.endsWith("%");
  const digits = cutSeparators((percent ? rest.slice(0, -1) : rest).trim());
  if (digits === undefined || (percent && digits.includes("e"))) {
    return undefined;
  }
  return `${negative ? "-" : ""}${digits}${percent ? "e-2" : ""}`;
}

const most = 2n ** 63n - 1n;

/** An exact decimal with a fixed count of places, from plain digits. */
export function exactDecimal(plain: string, scale: number): string | "range" | "places" {
  const match = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/u.exec(plain);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  let digits = (whole + fraction).replace(/^0+/u, "");
  let shift = Number(exponent) - fraction.length + scale;
  while (shift < 0 && digits.endsWith("0")) {
    digits = digits.slice(0, -1);
    shift += 1;
  }
  if (digits === "") {
    return scale > 0 ? `0.${"0".repeat(scale)}` : "0";
  }
  if (shift < 0) {
    return "places";
  }
  if (digits.length + shift > 19 || BigInt(digits + "0".repeat(shift)) > most) {
    return "range";
  }
  const all = (digits + "0".repeat(shift)).padStart(scale + 1, "0");
  const cut = all.length - scale;
  return `${sign}${all.slice(0, cut)}${scale > 0 ? `.${all.slice(cut)}` : ""}`;
}

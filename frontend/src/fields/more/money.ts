/** Amounts of several currencies, read the same way as the server reads them (schema/field/money.go). */
import writings from "@schema/field/currencies.txt?raw";
import type { Field } from "@/api/types";
import { locale } from "@/lib/i18n";
import { formatMoney } from "@/lib/i18n/format";
import { currencyType, numberOps } from "../number/types";
import { bad, type FieldType, type FilterValue, ok, type ParseResult } from "../types";

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export const isMoney = ({ type, options }: Field): boolean =>
  type === "currency" && (options.currencies?.length ?? 0) > 0;

export const isAmount = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "amount" in value && "currency" in value;

const fold = (text: string) => text.normalize("NFKC").toLowerCase();

/** The signs and words of each currency. */
const words: ReadonlyMap<string, readonly string[]> = new Map(
  writings
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [code = "", ...more] = line.split(" ");
      return [code, more.map(fold)] as const;
    }),
);

/** All currencies with words of their own. */
export const knownCurrencies: readonly string[] = [...words.keys()];

const ownOf = ({ options }: Field): string => options.currency ?? "CNY";

/** Which of the field's currencies a code, a sign or a word means. */
function named(field: Field, word: string): string | undefined {
  const list = field.options.currencies ?? [];
  const means = (code: string) => words.get(code)?.includes(word) === true;
  const own = ownOf(field);
  return list.find((code) => code.toLowerCase() === word) ?? (means(own) ? own : list.find(means));
}

const moneyText =
  /^([-+\u2212(]?)\s*([^-+\u2212()\d.,]*?)\s*([-+\u2212]?[\d.,'\u2019 ]*\d[\d.,]*)\s*([^-+()\d.,]*?)\s*(\)?)$/u;

function parse(field: Field, text: string, env: Parameters<FieldType["parse"]>[2]): ParseResult {
  if (text.trim() === "") {
    return ok(null);
  }
  const match = moneyText.exec(fold(text).trim());
  if (match === null) {
    return bad("badMoney");
  }
  const [, sign = "", before = "", digits = "", after = "", close = ""] = match;
  const found = `${before} ${after}`.split(/\s+/u).filter(Boolean);
  const codes = found.map((word) => named(field, word));
  const [currency = ownOf(field)] = codes;
  if (codes.some((code) => code !== currency)) {
    return bad("badMoney");
  }
  const plain = currencyType.parse(field, sign + digits + close, env);
  return "error" in plain ? plain : ok({ amount: plain.value, currency });
}

/** A currency's code and name. */
export function currencyName(code: string): string {
  try {
    const name = new Intl.DisplayNames([locale()], { type: "currency" }).of(code);
    return name === undefined || name === code ? code : `${code} ${name}`;
  } catch {
    return code;
  }
}

function filterValue(op: string): FilterValue {
  if (op === "isEmpty" || op === "isNotEmpty") {
    return "none";
  }
  if (op === "hasAny" || op === "hasNone") {
    return "currencies";
  }
  return op === "between" ? "ownRange" : "own";
}

const signs = new WeakMap<Field["options"], Map<string, "symbol" | "code">>();

/** A currency's sign where it means that one to this field, else its code: what shows can be pasted. */
function signOf(field: Field, currency: string): "symbol" | "code" {
  const known = signs.get(field.options) ?? new Map<string, "symbol" | "code">();
  signs.set(field.options, known);
  const sign = known.get(currency);
  if (sign !== undefined) {
    return sign;
  }
  const alone = fold(formatMoney("0", currency, 0, "symbol"))
    .replace("0", "")
    .trim();
  const own = named(field, alone) === currency ? "symbol" : "code";
  known.set(currency, own);
  return own;
}

/** What a currency field is that takes several: figures of it are amounts of its own. */
export const moneyType: FieldType = {
  ...currencyType,
  family: "money",
  groupable: true,
  ops: [...numberOps, "hasAny", "hasNone"],
  filterValue,
  parse,
  format(field, value) {
    const { scale = 2 } = field.options;
    const shown = (amount: string, currency: string) =>
      formatMoney(amount, currency, scale, signOf(field, currency));
    if (isAmount(value)) {
      return shown(value.amount, value.currency);
    }
    const [code = "", amount] = typeof value === "string" ? value.split(" ") : [];
    if (!/^[A-Z]{3}$/u.test(code)) {
      return currencyType.format(field, value); // a figure
    }
    return amount === undefined ? currencyName(code) : shown(amount, code); // a group, or as text
  },
};

/** As it is typed: the code and the digits. */
export const typedMoney = (value: unknown): string =>
  isAmount(value) ? `${value.currency} ${value.amount}` : "";

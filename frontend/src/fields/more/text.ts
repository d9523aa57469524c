/** Text that is more than a line of words: markdown, codes, numbers of identity cards. */
import { Barcode, FileCode, Fingerprint, IdCard, Pilcrow } from "lucide-react";
import { longTextType, textType } from "../text/types";
import { bad, type FieldType, ok } from "../types";

export const richTextType: FieldType = {
  ...longTextType,
  id: "richText",
  icon: Pilcrow,
  family: "rich",
};

export const markdownType: FieldType = { ...richTextType, id: "markdown", icon: FileCode };

export const barcodeType: FieldType = {
  ...textType,
  id: "barcode",
  icon: Barcode,
  family: "code",
  groupable: false,
};

const weights = "10X98765432";

/** The last place of an identity card's number (GB 11643). */
function idCheck(digits: string): string {
  let sum = 0;
  for (const [i, digit] of [...digits].entries()) {
    sum += Number(digit) * (2 ** (17 - i) % 11);
  }
  return weights[sum % 11] ?? "";
}

function isDay(digits: string): boolean {
  const [y, m, d] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  const date = new Date(Date.UTC(y ?? 0, (m ?? 0) - 1, d));
  return date.getUTCFullYear() === y && (y ?? 0) >= 1800 && date.getUTCMonth() + 1 === m;
}

export const idCardType: FieldType = {
  ...textType,
  id: "idCard",
  icon: IdCard,
  groupable: false,
  parse(_field, text) {
    const number = text.normalize("NFKC").trim().replaceAll(" ", "").toUpperCase();
    if (text.trim() === "") {
      return ok(null);
    }
    const digits = number.slice(0, 17);
    const good =
      /^\d{17}[\dX]$/u.test(number) && number[17] === idCheck(digits) && isDay(digits.slice(6, 14));
    return good ? ok(number) : bad("badIDCard");
  },
};

export const uuidType: FieldType = {
  ...textType,
  id: "uuid",
  icon: Fingerprint,
  group: "relation",
  color: "indigo",
  groupable: false,
  mayBeRequired: false,
  parse(_field, text) {
    const id = text
      .trim()
      .replaceAll(/^[{}]+|[{}]+$/gu, "")
      .toLowerCase();
    if (id === "") {
      return ok(null);
    }
    const parts = /^([\da-f]{8})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{12})$/u.exec(id);
    const whole = id.length === 36 || id.length === 32;
    return parts === null || !whole ? bad("badUUID") : ok(parts.slice(1).join("-"));
  },
};

/** Markdown as the words it shows, for a line in a list. */
export function plainMarkdown(value: unknown): string {
  return String(value ?? "")
    .replaceAll(/^\s*(?:[-*_]\s*){3,}$/gmu, "")
    .replaceAll(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+(?:\[[ x]\]\s+)?/gmu, "")
    .replaceAll(/^\s*(?:`{3,}|~{3,}).*$/gmu, "")
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/gu, "$1")
    .replaceAll(/(\*\*|__|~~|`)(.+?)\1/gu, "$2")
    .replaceAll(/(^|\W)[*_](\S(?:.*?\S)?)[*_](?=\W|$)/gmu, "$1$2")
    .replaceAll(/\\([\\`*_{}[\]()#+\-.!>~|])/gu, "$1")
    .replaceAll(/\s*\n\s*/gu, " ")
    .trim();
}

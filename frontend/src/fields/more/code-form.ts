/** As which symbol a code is drawn. */
import type { Field } from "@/api/types";

export const codeForms = ["qr", "code128", "ean13"] as const;
export type CodeForm = (typeof codeForms)[number];

export const formNames: Readonly<Record<CodeForm, string>> = {
  qr: "QR",
  code128: "Code 128",
  ean13: "EAN-13",
};

/** Longer ones are too wide to be read from a page. */
const longestBar = 32;

/** Whether it is the number of an article, its last digit included. */
export function isEan13(text: string): boolean {
  if (!/^\d{13}$/u.test(text)) {
    return false;
  }
  let sum = 0;
  for (const [i, digit] of [...text].entries()) {
    sum += Number(digit) * (i % 2 === 0 ? 1 : 3);
  }
  return sum % 10 === 0;
}

/** The field's own form, or the one that suits the value. */
export function codeForm({ options }: Field, text: string): CodeForm {
  const own = codeForms.find((form) => form === options.format);
  if (own !== undefined) {
    return own;
  }
  if (isEan13(text)) {
    return "ean13";
  }
  return text.length <= longestBar && /^[\x20-\x7e]+$/u.test(text) ? "code128" : "qr";
}

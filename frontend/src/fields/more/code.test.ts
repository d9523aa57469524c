import { expect, test } from "vitest";
import type { Field } from "@/api/types";
import { draw } from "./code-draw";
import { codeForm, isEan13 } from "./code-form";

const field = (format?: string) => ({ type: "barcode", options: { ...(format && { format }) } }) as Field;

test("the number of an article is told by its last digit", () => {
  expect(isEan13("6901234567892")).toBe(true);
  expect(isEan13("6901234567893")).toBe(false);
  expect(isEan13("690123456789")).toBe(false);
  expect(isEan13("６９０１２３４５６７８９２")).toBe(false);
});

test("without a form of its own, a field takes the one that suits the value", () => {
  expect(codeForm(field(), "6901234567892")).toBe("ean13");
  expect(codeForm(field(), "6901234567893")).toBe("code128");
  expect(codeForm(field(), "A".repeat(33))).toBe("qr");
  expect(codeForm(field(), "资产-01")).toBe("qr");
  expect(codeForm(field("qr"), "6901234567892")).toBe("qr");
  expect(codeForm(field("h:mm"), "A-1")).toBe("code128");
});

/** The bars of one row as darkness by module. */
function dark(path: string): string {
  const cells: string[] = [];
  for (const [, x, width] of path.matchAll(/M(\d+) \d+h(\d+)/gu)) {
    for (let i = 0; i < Number(width); i++) {
      cells[Number(x) + i] = "1";
    }
  }
  return Array.from(cells, (one) => one ?? "0").join("");
}

test("EAN-13 has its digits' bars between its guards, with room before and behind", () => {
  const drawn = draw("ean13", "6901234567892");
  const row = dark(drawn?.path ?? "");
  // 6 tells odd and even sets of the left half: O E E E O O; digits 9 0 1 2 3 4 | 5 6 7 8 9 2
  const left = ["0001011", "0100111", "0110011", "0011011", "0111101", "0100011"];
  const right = ["1001110", "1010000", "1000100", "1001000", "1110100", "1101100"];
  expect(row.slice(11)).toBe(`101${left.join("")}01010${right.join("")}101`);
  expect(row.slice(0, 11)).toBe("0".repeat(11));
  expect(drawn?.width).toBeGreaterThanOrEqual(11 + 95 + 7);
  expect(drawn?.words.map(({ text }) => text).join("")).toBe("6901234567892");
});

test("what a symbol cannot say is not drawn", () => {
  expect(draw("ean13", "6901234567893")).toBeUndefined();
  expect(draw("code128", "资产")).toBeUndefined();
  expect(draw("qr", "一".repeat(2000))).toBeUndefined();
  expect(draw("qr", "")).toBeUndefined();
  expect(draw("qr", "一".repeat(700))).toBeDefined();
  expect(draw("code128", "GW-2026/001")).toBeDefined();
});

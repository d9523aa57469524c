import { SquareCheck, Star } from "lucide-react";
import { exactDecimal, plainNumber } from "../number/plain";
import { numberFilter, numberOps, numberSummaries } from "../number/types";
import { bad, type FieldType, ok } from "../types";
import { falseWords, trueWords } from "../words";

export const checkboxType: FieldType = {
  id: "checkbox",
  icon: SquareCheck,
  color: "violet",
  group: "choice",
  family: "check",
  editor: "toggle",
  sortable: true,
  groupable: true,
  ops: ["eq"],
  filterValue: () => "bool",
  summaries: ["checked", "unchecked"],
  parse(_field, text) {
    const word = text.trim().toLowerCase();
    if (word === "") {
      return ok(null);
    }
    if (trueWords.has(word)) {
      return ok(true);
    }
    return falseWords.has(word) ? ok(false) : bad("badCheckbox");
  },
  format: (_field, value) => (value === true ? "true" : ""),
};

export const ratingType: FieldType = {
  id: "rating",
  icon: Star,
  color: "blue",
  group: "number",
  family: "rating",
  editor: "toggle",
  sortable: true,
  groupable: true,
  mayBeRequired: true,
  ops: numberOps,
  filterValue: numberFilter,
  summaries: numberSummaries,
  parse(field, text) {
    if (text.trim() === "") {
      return ok(null);
    }
    const plain = plainNumber(text);
    const value = Number(plain === undefined ? Number.NaN : exactDecimal(plain, 0));
    if (Number.isNaN(value) || value < 0 || value > (field.options.max ?? 5)) {
      return bad(plain === undefined ? "badNumber" : "badRating");
    }
    return ok(value === 0 ? null : value);
  },
  format: (_field, value) => (typeof value === "number" ? String(value) : ""),
};

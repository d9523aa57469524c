import { Link } from "lucide-react";
import { joinNames, splitNames } from "../split";
import { type FieldType, listOf, ok } from "../types";

const linkOps = ["hasAny", "hasAll", "hasNone", "isEmpty", "isNotEmpty"];

export const linkType: FieldType = {
  id: "link",
  icon: Link,
  color: "indigo",
  group: "relation",
  family: "link",
  editor: "popover",
  mayBeRequired: true,
  ops: linkOps,
  filterValue: (op) => (op === "isEmpty" || op === "isNotEmpty" ? "none" : "records"),
  summaries: ["filled", "empty"],
  /** Names only: the server finds the records, and a title that holds a comma is one name first. */
  parse(field, text) {
    const names = field.options.many === true ? splitNames(text) : [text.trim()];
    const there = names.filter((name) => name !== "");
    return ok(there.length === 0 ? null : there.map((name) => ({ id: "", name })));
  },
  format: (_field, value) => joinNames(listOf(value).map((one) => one.name)),
};

/** What types have in common. */
import { type Kind, type Type, typeOf } from "./value";

const order: readonly Kind[] = [
  "any",
  "text",
  "number",
  "decimal",
  "bool",
  "date",
  "dateTime",
  "error",
  "list",
  "mixed",
];

/** The decimal places that a type counts with: 4 where not known. */
export function places(t: Type): number {
  if (t.kind === "decimal") {
    return t.scale;
  }
  return t.kind === "bool" || t.kind === "any" ? 0 : 4;
}

/** The type of what may be of either type. */
export function joinTypes(a: Type, b: Type): Type {
  const same = a.kind === b.kind && a.scale === b.scale && a.list === b.list;
  if (same || (b.kind === "any" && !b.list)) {
    return a;
  }
  if (a.kind === "any" && !a.list) {
    return b;
  }
  if (a.list !== b.list) {
    return typeOf("mixed");
  }
  const swap = order.indexOf(a.kind) > order.indexOf(b.kind);
  const [x, y] = swap ? [b.kind, a.kind] : [a.kind, b.kind];
  if (x === y) {
    return typeOf(x, Math.max(a.scale, b.scale), a.list);
  }
  if (x === "number" && y === "decimal") {
    return typeOf(y, Math.max(places(a), places(b)), a.list);
  }
  return typeOf(x === "date" && y === "dateTime" ? y : "mixed", 0, a.list);
}

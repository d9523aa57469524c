/** Finds the type of every part and what cannot be right. */
import { parseIso, unitMs, unitOf } from "./clock";
import { toDecimal } from "./decimal";
import { FormulaError, type ProblemParams } from "./errors";
import { argCounts, paramType } from "./functions";
import { type Names, type Node, ungrouped } from "./parse";
import { joinTypes, places } from "./types";
import { type Kind, maxScale, type Type, typeOf } from "./value";

const isTimeType = (t: Type): boolean => t.kind === "date" || t.kind === "dateTime";

function failAt(node: Node, code: string, params: ProblemParams): FormulaError {
  return new FormulaError(code, node.pos, node.end, params);
}

/** The name of the text for a kind. */
function kindText(t: Type): string {
  const shown = t.kind === "mixed" ? "any" : t.kind;
  return `@formula.kind.${t.list ? "list" : shown}`;
}

/** Those of a node: a literal says them itself. */
function placesOf(node: Node): number {
  let n = node;
  while ((n.op === "group" || n.op === "negate") && n.args[0]) {
    n = n.args[0];
  }
  const literal = n.op === "lit" && n.type.kind === "number" ? toDecimal(n.value) : undefined;
  return literal?.scale ?? places(n.type);
}

function arithType(op: string, l: Type, r: Type, ls: number, rs: number): Type {
  if (l.kind !== "decimal" && r.kind !== "decimal") {
    return typeOf("number");
  }
  if (op === "*") {
    return typeOf("decimal", Math.min(ls + rs, 8));
  }
  return typeOf("decimal", op === "/" ? Math.min(Math.max(ls, rs) + 4, 8) : Math.max(ls, rs));
}

/** Checks that a can be a number. */
function operand(op: string, a: Node, days = false): void {
  if ((a.type.kind === "text" && !a.type.list) || (isTimeType(a.type) && !days)) {
    throw failAt(a, "formula.operand", { operator: op, got: kindText(a.type) });
  }
}

function timeOperands(n: Node, l: Node, r: Node): Type {
  const lt = isTimeType(l.type);
  const rt = isTimeType(r.type);
  if (lt && rt && n.name === "-") {
    return typeOf("number");
  }
  if (rt && (lt || n.name === "-")) {
    throw failAt(r, "formula.operand", { operator: n.name, got: kindText(r.type) });
  }
  operand(n.name, lt ? r : l, true);
  return typeOf(lt ? l.type.kind : r.type.kind);
}

function comparison(n: Node, l: Type, r: Type): void {
  const open = (t: Type) => t.list || t.kind === "mixed" || t.kind === "any";
  const isNumber = (t: Type) => t.kind === "number" || t.kind === "decimal" || t.kind === "bool";
  if (!open(l) && !open(r) && isNumber(l) !== isNumber(r)) {
    throw failAt(n, "formula.compare", { left: kindText(l), right: kindText(r) });
  }
}

function binaryType(n: Node, l: Node, r: Node): Type {
  switch (n.name) {
    case "&":
      return typeOf("text");
    case "=":
    case "!=":
      return typeOf("bool");
    case "+":
    case "-":
      if (isTimeType(l.type) || isTimeType(r.type)) {
        return timeOperands(n, l, r);
      }
      break;
    case "*":
    case "/":
      break;
    default:
      comparison(n, l.type, r.type);
      return typeOf("bool");
  }
  operand(n.name, l);
  operand(n.name, r);
  return arithType(n.name, l.type, r.type, placesOf(l), placesOf(r));
}

/** Checks an argument whose type is certain. */
function argument(call: Node, i: number, a: Node): void {
  const want = call.fn ? paramType(call.fn, i) : "any";
  const { kind, list } = a.type;
  if (list || kind === "any" || kind === "mixed") {
    return;
  }
  let bad = false;
  if (want === "number") {
    bad = kind === "text" || isTimeType(a.type);
  } else if (want === "date") {
    bad = kind === "number" || kind === "decimal" || kind === "bool";
    if (a.op === "lit" && kind === "text" && call.name !== "DATETIME_PARSE") {
      bad = a.value.s.trim() !== "" && !parseIso(a.value.s, "UTC");
    }
  }
  if (bad) {
    throw failAt(a, "formula.argType", {
      function: call.name,
      position: i + 1,
      want: `@formula.kind.${want}`,
      got: kindText(a.type),
    });
  }
}

/** Checks an argument; some stand for a field and not for its value. */
function checkArgument(call: Node, i: number, a: Node, names: Names | undefined): void {
  if (!call.fn || paramType(call.fn, i) !== "field") {
    argument(call, i, a);
    return;
  }
  const { op, field } = ungrouped(a);
  if (op !== "field") {
    const got = kindText(a.type);
    throw failAt(a, "formula.argType", {
      function: call.name,
      position: i + 1,
      want: "@formula.kind.field",
      got,
    });
  }
  if (names?.edited?.(field) === false) {
    throw failAt(a, "formula.notEdited", { name: names.name(field) ?? "" });
  }
}

/** Whether a unit is not certain to be whole days. */
function finer(unit: Node | undefined): boolean {
  const u = unit?.op === "lit" ? unitOf(unit.value.s) : undefined;
  return unit?.op !== "lit" || (u !== undefined && unitMs[u] > 0 && unitMs[u] < unitMs.d);
}

function firstType(n: Node): Type {
  const a = n.args[0];
  if (!a || (n.name === "DATEADD" && finer(n.args[2]))) {
    return typeOf("dateTime");
  }
  if (isTimeType(a.type)) {
    return a.type;
  }
  const iso = a.op === "lit" && a.type.kind === "text" ? parseIso(a.value.s, "UTC") : undefined;
  return typeOf(iso?.kind ?? "dateTime");
}

function listType(n: Node): Type {
  let t = typeOf("any");
  for (const [i, a] of n.args.entries()) {
    if (n.fn && paramType(n.fn, i) === "list") {
      t = joinTypes(t, typeOf(a.type.kind, a.type.scale));
    }
  }
  return { ...t, list: true };
}

function roundScale(n: Node): number {
  const digits = n.args[1];
  if (!digits) {
    return 0;
  }
  return digits.op === "lit"
    ? Math.max(0, Math.min(Math.trunc(digits.value.n), maxScale))
    : (n.args[0]?.type.scale ?? 0);
}

/** Decimal where an argument is one, a date where all are; rounding says the places. */
function numericType(n: Node): Type {
  const decimals = n.args.filter((a) => a.type.kind === "decimal");
  if (decimals.length === 0) {
    const times = n.args.filter((a) => isTimeType(a.type));
    return times.length === 0 ? typeOf("number") : timesType(times);
  }
  const scale = Math.max(...decimals.map((a) => a.type.scale));
  switch (n.name) {
    case "ROUND":
    case "ROUNDUP":
    case "ROUNDDOWN":
      return typeOf("decimal", roundScale(n));
    case "AVERAGE":
      return typeOf("decimal", Math.min(scale + 4, 8));
    case "PRODUCT":
      return typeOf("decimal", 8);
    case "INT":
      return typeOf("decimal", 0);
    default:
      return typeOf("decimal", scale);
  }
}

/** The kind of the dates among the arguments. */
function timesType(times: readonly Node[]): Type {
  return times.map((a) => typeOf(a.type.kind)).reduce(joinTypes);
}

/** Whether the i-th of count arguments may be the result. */
function isResult(name: string, i: number, count: number): boolean {
  switch (name) {
    case "IF":
      return i > 0;
    case "IFS":
      return i % 2 === 1;
    case "SWITCH":
      return i > 0 && (i % 2 === 0 || i === count - 1);
    default:
      return true;
  }
}

function unionType(n: Node): Type {
  let t = typeOf("any");
  let scale = 0;
  for (const [i, a] of n.args.entries()) {
    if (isResult(n.name, i, n.args.length)) {
      t = joinTypes(t, a.type);
      scale = Math.max(scale, placesOf(a));
    }
  }
  return t.kind === "decimal" ? { ...t, scale } : t;
}

function resultType(n: Node): Type {
  switch (n.fn?.returns) {
    case "numeric":
      return numericType(n);
    case "first":
      return firstType(n);
    case "union":
      return unionType(n);
    case "list":
      return listType(n);
    case "texts":
      return typeOf("text", 0, true);
    case "decimal": {
      const of = n.args[0]?.type;
      return typeOf("decimal", Math.max(2, of?.kind === "decimal" ? of.scale : 0));
    }
    default:
      return typeOf((n.fn?.returns ?? "any") as Kind);
  }
}

function callType(n: Node, names: Names | undefined): Type {
  if (n.fn) {
    const { least, most } = argCounts(n.fn);
    const got = n.args.length;
    if (got < least || (most >= 0 && got > most)) {
      let want = String(least);
      if (most < 0) {
        want = `\u2265 ${want}`;
      } else if (most !== least) {
        want += `\u2013${most}`;
      }
      throw failAt(n, "formula.argCount", { function: n.name, want, got });
    }
  }
  for (const [i, a] of n.args.entries()) {
    checkArgument(n, i, a, names);
  }
  return resultType(n);
}

/** Whether a call also depends on the time or the reader. */
const isVolatile = (n: Node): boolean =>
  n.fn?.volatile === true || (n.name === "CONVERT_CURRENCY" && n.args.length < 4);

/** Gives every part its type; answers whether the value also depends on the time or the reader. */
export function check(n: Node, names: Names | undefined): boolean {
  let volatile = false;
  for (const a of n.args) {
    volatile = check(a, names) || volatile;
  }
  const [l, r] = n.args;
  if (n.op === "group" && l) {
    n.type = l.type;
  } else if (n.op === "negate" && l) {
    n.type = arithType("-", typeOf("bool"), l.type, 0, placesOf(l));
    operand("-", l);
  } else if (n.op === "binary" && l && r) {
    n.type = binaryType(n, l, r);
  } else if (n.op === "call") {
    n.type = callType(n, names);
    return isVolatile(n) || volatile;
  }
  return volatile;
}

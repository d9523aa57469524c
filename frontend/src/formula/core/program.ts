/** Source to something that can be evaluated, and the way back. */
import { functions } from "../fn/all";
import { check } from "./check";
import { coerce, conform } from "./convert";
import { FormulaError } from "./errors";
import { paramType } from "./functions";
import { lazies } from "./lazies";
import { lex } from "./lex";
import { arith, binary } from "./ops";
import { type FieldRef, type Names, type Node, parse } from "./parse";
import { badRef, type Env, limit, newContext, type Row, type Run } from "./run";
import { blank, number, type Type, tooLong, typeOf, type Value } from "./value";

export interface Program {
  readonly source: string;
  /** The source with fields by id. */
  readonly stored: string;
  readonly type: Type;
  /** The ids of the fields it reads. */
  readonly fields: readonly string[];
  readonly volatile: boolean;
  readonly root: Node;
}

/** Evaluates the arguments, makes of them what the parameters want, and calls the function. */
function callOf(n: Node): Run {
  const { args, fn } = n;
  const impl = functions[n.name];
  const wants = args.map((_, i) => (fn ? paramType(fn, i) : "any"));
  return (c) => {
    const values: Value[] = [];
    for (const [i, a] of args.entries()) {
      const v = coerce(c, a.run(c), wants[i] ?? "any");
      if (v.kind === "error" || (v.kind === "any" && wants[i] === "date")) {
        return v;
      }
      c.steps -= 1 + (v.s.length >> 5) + v.list.length;
      values.push(v);
    }
    if (c.steps < 0) {
      return limit;
    }
    const out = impl ? impl(c, values) : badRef;
    return out.kind === "text" && tooLong(out.s) ? limit : out;
  };
}

function negateOf(n: Node): Run {
  const x = n.args[0];
  if (x?.op === "lit" && x.value.kind === "number") {
    const v = number(-x.value.n);
    return () => v;
  }
  const run = x?.run ?? (() => blank);
  return (c) => arith(c, "-", number(0), run(c));
}

function build(n: Node): void {
  for (const a of n.args) {
    build(a);
  }
  const { value, field } = n;
  const [l, r] = n.args;
  if (n.op === "lit") {
    n.run = () => value;
  } else if (n.op === "field") {
    n.run = (c) => c.row.value(field);
  } else if (n.op === "group" && l) {
    n.run = l.run;
  } else if (n.op === "negate") {
    n.run = negateOf(n);
  } else if (n.op === "binary" && l && r) {
    n.run = binary(n.name, l.run, r.run);
  } else if (n.op === "call") {
    n.run = lazies[n.name]?.(n.args) ?? callOf(n);
  }
}

function storedForm(source: string, refs: readonly FieldRef[]): string {
  const points = [...source];
  let out = "";
  let at = 0;
  for (const ref of [...refs].sort((a, b) => a.pos - b.pos)) {
    out += `${points.slice(at, ref.pos).join("")}{${ref.field}}`;
    at = ref.end;
  }
  return out + points.slice(at).join("");
}

/** Reads a formula. Throws FormulaError. */
export function compile(source: string, names?: Names): Program {
  const { root, refs } = parse(source, names);
  const volatile = check(root, names);
  build(root);
  const type = root.type.kind === "mixed" ? typeOf("text", 0, root.type.list) : root.type;
  const fields = [...new Set(refs.map((ref) => ref.field))];
  return { source, stored: storedForm(source, refs), type, fields, volatile, root };
}

/** Reads a formula, or says what is wrong with it. */
export function tryCompile(source: string, names?: Names): Program | FormulaError {
  try {
    return compile(source, names);
  } catch (error) {
    if (error instanceof FormulaError) {
      return error;
    }
    throw error;
  }
}

/** Computes a formula for one record; ends what would be too much work with #LIMIT!. */
export function evaluate(program: Program, env: Env, row: Row): Value {
  const c = newContext(env, row);
  return conform(c, program.root.run(c), program.type);
}

/** Gives stored source with the current names of its fields; one that is gone keeps its id. */
export function printStored(stored: string, names: Names): string {
  const points = [...stored];
  let out = "";
  let at = 0;
  for (const token of tokensOf(stored)) {
    const found = token.kind === "field" ? names.find(token.text) : undefined;
    const name = found ? names.name(found.id) : undefined;
    if (!found || !name || name !== name.trim() || names.find(name)?.id !== found.id) {
      continue;
    }
    out += points.slice(at, token.pos).join("") + braced(name);
    at = token.end;
  }
  return out + points.slice(at).join("");
}

/** A field's name between braces, as formulas hold it. */
export const braced = (name: string): string => `{${name.replace(/[\\}\uff5d]/g, "\\$&")}}`;

function tokensOf(source: string): ReturnType<typeof lex> {
  try {
    return lex(source);
  } catch {
    return [];
  }
}

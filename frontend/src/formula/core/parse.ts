/** The Pratt parser: source to a tree whose fields are found. */
import { FormulaError, nearest } from "./errors";
import { type FunctionInfo, functionNamed, functionNames } from "./functions";
import { lex, type Token } from "./lex";
import type { Run } from "./run";
import {
  blank,
  bool,
  byteLength,
  maxDepth,
  maxNodes,
  maxSource,
  number,
  type Type,
  text,
  typeOf,
  type Value,
} from "./value";

/** Resolves the fields of one entity, by id, key or name. */
export interface Names {
  find(name: string): { readonly id: string; readonly type: Type } | undefined;
  /** The current name of a field. */
  name(id: string): string | undefined;
  all(): readonly string[];
  /** Whether people give the field its values; absent: they do. */
  edited?(id: string): boolean;
}

export type NodeOp = "lit" | "field" | "call" | "binary" | "negate" | "group";

/** A part of a formula: its syntax, its type, and how it is evaluated. */
export interface Node {
  readonly op: NodeOp;
  readonly name: string;
  readonly value: Value;
  readonly field: string;
  readonly args: readonly Node[];
  readonly pos: number;
  readonly end: number;
  readonly fn?: FunctionInfo | undefined;
  type: Type;
  run: Run;
}

/** A part without the parentheses around it. */
export function ungrouped(node: Node): Node {
  let n = node;
  while (n.op === "group" && n.args[0]) {
    n = n.args[0];
  }
  return n;
}

/** Where a field is named. */
export interface FieldRef {
  readonly field: string;
  readonly pos: number;
  readonly end: number;
}

const powers: Readonly<Record<string, number>> = {
  "=": 1,
  "!=": 1,
  "<": 1,
  ">": 1,
  "<=": 1,
  ">=": 1,
  "&": 2,
  "+": 3,
  "-": 3,
  "*": 4,
  "/": 4,
};
const unaryPower = 5;
const noRun: Run = () => blank;

class Parser {
  readonly refs: FieldRef[] = [];
  private at = 0;
  private depth = 0;
  private nodes = 0;
  private readonly points: readonly string[];

  private readonly tokens: readonly Token[];
  private readonly names: Names | undefined;

  constructor(source: string, tokens: readonly Token[], names: Names | undefined) {
    this.tokens = tokens;
    this.names = names;
    this.points = [...source];
  }

  peek(): Token {
    return (
      this.tokens[this.at] ?? { kind: "end", text: "", pos: this.points.length, end: this.points.length }
    );
  }

  private take(): Token {
    const token = this.peek();
    if (token.kind !== "end") {
      this.at++;
    }
    return token;
  }

  private isOp(text: string): boolean {
    const token = this.peek();
    return token.kind === "op" && token.text === text;
  }

  private node(part: Partial<Node> & Pick<Node, "op" | "pos" | "end">): Node {
    if (++this.nodes > maxNodes) {
      throw new FormulaError("formula.tooMany", part.pos, part.end, { max: maxNodes });
    }
    return { name: "", value: blank, field: "", args: [], type: typeOf("any"), run: noRun, ...part };
  }

  private enter(): void {
    if (++this.depth > maxDepth) {
      const token = this.peek();
      throw new FormulaError("formula.tooDeep", token.pos, token.end, { max: maxDepth });
    }
  }

  /** Reads operators that bind tighter than `least`. */
  expr(least: number): Node {
    this.enter();
    let left = this.primary();
    for (let grown = 0; ; grown++) {
      const token = this.peek();
      const power = token.kind === "op" ? (powers[token.text] ?? 0) : 0;
      if (power <= least) {
        this.depth -= grown + 1;
        return left;
      }
      this.enter();
      this.at++;
      const right = this.expr(power);
      left = this.node({
        op: "binary",
        name: token.text,
        args: [left, right],
        pos: left.pos,
        end: right.end,
      });
    }
  }

  private primary(): Node {
    const token = this.take();
    const { pos, end } = token;
    switch (token.kind) {
      case "number":
        return this.numberLit(token);
      case "text":
        return this.node({ op: "lit", value: text(token.text), type: typeOf("text"), pos, end });
      case "field":
        return this.fieldRef(token);
      case "name":
        return this.word(token);
      case "end":
        throw new FormulaError("formula.expectedValue", pos, end);
    }
    if (token.text === "(") {
      const inner = this.expr(0);
      const close = this.expect(")");
      return this.node({ op: "group", args: [inner], pos, end: close.end });
    }
    if (token.text !== "-" && token.text !== "+") {
      throw this.unexpected(token);
    }
    const x = this.expr(unaryPower);
    return token.text === "+"
      ? this.node({ op: "group", args: [x], pos, end: x.end })
      : this.node({ op: "negate", name: "-", args: [x], pos, end: x.end });
  }

  private numberLit(token: Token): Node {
    const n = Number(token.text);
    if (!Number.isFinite(n)) {
      throw new FormulaError("formula.badNumber", token.pos, token.end, { token: token.text });
    }
    return this.node({ op: "lit", value: number(n), type: typeOf("number"), pos: token.pos, end: token.end });
  }

  /** A function call, true, false, or the bare name of a field. */
  private word(token: Token): Node {
    if (this.isOp("(")) {
      return this.call(token);
    }
    if (this.names?.find(token.text)) {
      return this.fieldRef(token);
    }
    const lower = token.text.toLowerCase();
    if (lower === "true" || lower === "false") {
      const value = bool(lower === "true");
      return this.node({ op: "lit", value, type: typeOf("bool"), pos: token.pos, end: token.end });
    }
    if (functionNamed(token.text) && token.text === token.text.toUpperCase()) {
      throw new FormulaError("formula.expected", token.end, token.end, { token: "(" });
    }
    return this.fieldRef(token);
  }

  private fieldRef(token: Token): Node {
    const name = token.text.trim();
    const found = this.names?.find(name);
    if (!found) {
      const suggestion = nearest(name, this.names?.all() ?? []);
      throw new FormulaError("formula.unknownField", token.pos, token.end, { name, suggestion });
    }
    this.refs.push({ field: found.id, pos: token.pos, end: token.end });
    return this.node({
      op: "field",
      name,
      field: found.id,
      type: found.type,
      pos: token.pos,
      end: token.end,
    });
  }

  private call(name: Token): Node {
    const fn = functionNamed(name.text);
    if (!fn) {
      const suggestion = nearest(name.text.toUpperCase(), functionNames);
      throw new FormulaError("formula.unknownFunction", name.pos, name.end, { name: name.text, suggestion });
    }
    this.at++;
    const args: Node[] = [];
    while (!this.isOp(")")) {
      args.push(this.expr(0));
      if (this.isOp(",")) {
        this.at++;
        if (this.isOp(")")) {
          throw new FormulaError("formula.expectedValue", this.peek().pos, this.peek().end);
        }
      } else if (!this.isOp(")")) {
        this.expect(")");
      }
    }
    return this.node({ op: "call", name: fn.name, fn, args, pos: name.pos, end: this.take().end });
  }

  private expect(op: string): Token {
    const token = this.take();
    if (token.kind !== "op" || token.text !== op) {
      throw new FormulaError("formula.expected", token.pos, token.end, { token: op });
    }
    return token;
  }

  unexpected(token: Token): FormulaError {
    const shown = this.points.slice(token.pos, token.end).join("");
    return new FormulaError("formula.unexpected", token.pos, token.end, { token: shown });
  }
}

/** Reads a whole formula. Throws FormulaError. */
export function parse(source: string, names?: Names): { root: Node; refs: readonly FieldRef[] } {
  if (byteLength(source) > maxSource) {
    throw new FormulaError("formula.tooLong", 0, 0, { max: maxSource });
  }
  if (/\p{Cs}/u.test(source)) {
    throw new FormulaError("formula.badText", 0, 0);
  }
  const tokens = lex(source);
  if (tokens.length === 1) {
    throw new FormulaError("formula.empty", 0, [...source].length);
  }
  const parser = new Parser(source, tokens, names);
  const root = parser.expr(0);
  const rest = parser.peek();
  if (rest.kind !== "end") {
    throw parser.unexpected(rest);
  }
  return { root, refs: parser.refs };
}

/** Cuts a formula into tokens; positions are code points. */
import { FormulaError } from "./errors";

export type TokenKind = "end" | "number" | "text" | "name" | "field" | "op";

export interface Token {
  readonly kind: TokenKind;
  /** Decoded; of operators their ASCII form. */
  readonly text: string;
  readonly pos: number;
  readonly end: number;
}

/** The ASCII form of punctuation that input methods produce. */
const narrowed: Readonly<Record<string, string>> = {
  "\uff08": "(",
  "\uff09": ")",
  "\uff0c": ",",
  "\uff0b": "+",
  "\uff0d": "-",
  "\uff0a": "*",
  "\uff0f": "/",
  "\uff06": "&",
  "\uff1d": "=",
  "\uff1c": "<",
  "\uff1e": ">",
  "\u2260": "!=",
  "\u2264": "<=",
  "\u2265": ">=",
  "\u00d7": "*",
  "\u00f7": "/",
  "\u2212": "-",
  "\uff01": "!",
  "\u3001": ",",
};

/** What ends a text or a field that starts so. */
const quotes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\u201c": "\u201d",
  "\u2018": "\u2019",
  "\uff02": "\uff02",
  "{": "}",
  "\uff5b": "\uff5d",
};

const plainAfterSlash = new Set([...Object.keys(quotes), "\\", "}", "\u201d", "\u2019"]);
const operators = new Set(["!", "(", ")", ",", "+", "-", "*", "/", "&", "=", "!=", "<", ">", "<=", ">="]);
const twoPart = new Set(["!=", "<=", ">="]);

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= "0" && c <= "9" && c.length === 1;
const isSpace = (c: string): boolean => /[\t\n\v\f\r \u0085\u00a0\u200b\ufeff\p{Z}]/u.test(c);
const isNameStart = (c: string): boolean => /[_\p{L}]/u.test(c);
const isNamePart = (c: string): boolean => /[_\p{L}\p{N}]/u.test(c);

export class Lexer {
  private at = 0;
  private readonly src: readonly string[];

  constructor(source: string) {
    this.src = [...source];
  }

  private peek(): string {
    return this.src[this.at] ?? "";
  }

  next(): Token {
    while (this.at < this.src.length && isSpace(this.peek())) {
      this.at++;
    }
    const start = this.at;
    const c = this.peek();
    if (c === "") {
      return { kind: "end", text: "", pos: start, end: start };
    }
    if (isDigit(c) || c === ".") {
      return this.number(start);
    }
    if (isNameStart(c)) {
      while (this.at < this.src.length && isNamePart(this.peek())) {
        this.at++;
      }
      return this.token("name", start);
    }
    const end = quotes[c];
    return end === undefined ? this.operator(start, c) : this.quoted(start, end);
  }

  private token(kind: TokenKind, start: number): Token {
    return { kind, text: this.slice(start, this.at), pos: start, end: this.at };
  }

  private slice(from: number, to: number): string {
    return this.src.slice(from, to).join("");
  }

  private operator(start: number, c: string): Token {
    let op = narrowed[c] ?? c;
    this.at++;
    if (op === "!" || op === "<" || op === ">") {
      const next = narrowed[this.peek()] ?? this.peek();
      if (twoPart.has(op + next)) {
        op += next;
        this.at++;
      } else if (op + next === "<>") {
        op = "!=";
        this.at++;
      }
    }
    if (!operators.has(op)) {
      throw new FormulaError("formula.badCharacter", start, this.at, { token: this.slice(start, this.at) });
    }
    return { kind: "op", text: op, pos: start, end: this.at };
  }

  private digits(): number {
    const from = this.at;
    while (isDigit(this.src[this.at])) {
      this.at++;
    }
    return this.at - from;
  }

  private number(start: number): Token {
    let n = this.digits();
    if (this.peek() === ".") {
      this.at++;
      n += this.digits();
    }
    const mark = this.at;
    if (n > 0 && (this.peek() === "e" || this.peek() === "E")) {
      this.at++;
      if (this.peek() === "+" || this.peek() === "-") {
        this.at++;
      }
      if (this.digits() === 0) {
        this.at = mark;
      }
    }
    const c = this.peek();
    if (n === 0 || (c !== "" && (isNamePart(c) || c === "."))) {
      const end = Math.min(this.src.length, Math.max(this.at + 1, start + 1));
      throw new FormulaError("formula.badNumber", start, end, { token: this.slice(start, this.at + 1) });
    }
    return this.token("number", start);
  }

  private quoted(start: number, end: string): Token {
    const kind = end === "}" || end === "\uff5d" ? "field" : "text";
    const open = this.peek();
    this.at++;
    let out = "";
    while (this.at < this.src.length) {
      const c = this.peek();
      this.at++;
      if (c === end) {
        return { kind, text: out, pos: start, end: this.at };
      }
      out += c === "\\" && this.at < this.src.length ? this.escape(kind === "field") : c;
    }
    throw new FormulaError("formula.unclosed", start, this.src.length, { token: open });
  }

  /** A backslash makes quotes, braces and itself plain; elsewhere it stays, as patterns want it. */
  private escape(field: boolean): string {
    const c = this.peek();
    this.at++;
    if (plainAfterSlash.has(c)) {
      return c;
    }
    if (c === "n" && !field) {
      return "\n";
    }
    return c === "t" && !field ? "\t" : `\\${c}`;
  }
}

/** All tokens; the last is the end. Throws FormulaError. */
export function lex(source: string): Token[] {
  const lexer = new Lexer(source);
  const out: Token[] = [];
  for (;;) {
    const token = lexer.next();
    out.push(token);
    if (token.kind === "end") {
      return out;
    }
  }
}

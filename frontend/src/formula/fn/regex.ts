/** Patterns of RE2, as the server reads them, by the browser's own engine. */
import { arg, badValue, type Context, type Impls, limit, spend } from "../core/run";
import { blank, bool, byteLength, maxText, text, tooLong, type Value } from "../core/value";

const maxPattern = 1000;
const cache = new Map<string, RegExp | undefined>();

const posix: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

/** Translates a pattern of RE2; throws where it is none, or needs the server's engine. */
class Translator {
  private at = 0;
  private out = "";
  private readonly src: readonly string[];
  flags = "u";

  constructor(pattern: string) {
    this.src = [...pattern];
    const lead = /^\(\?([ims]+)\)/.exec(pattern);
    if (lead) {
      this.at = lead[0].length;
      this.flags += [...new Set(lead[1] ?? "")].join("");
    }
  }

  read(): string {
    while (this.at < this.src.length) {
      this.out += this.next();
    }
    return this.out;
  }

  private rest(n: number): string {
    return this.src.slice(this.at, this.at + n).join("");
  }

  private next(): string {
    const c = this.src[this.at] ?? "";
    switch (c) {
      case "\\":
        return this.escape(false);
      case "[":
        return this.charClass();
      case "(":
        return this.group();
      case ".":
        this.at++;
        return this.flags.includes("s") ? "." : "[^\\n]";
      case "$":
        this.at++;
        return this.flags.includes("m") ? "(?=\\n|(?![\\s\\S]))" : "(?![\\s\\S])";
      case "^":
        this.at++;
        return this.flags.includes("m") ? "(?<=\\n|(?<![\\s\\S]))" : "(?<![\\s\\S])";
      case "{":
        return this.braces();
      case "}":
      case "]":
        this.at++;
        return `\\${c}`;
      default:
        this.at++;
        return c;
    }
  }

  /** A repetition, or a plain brace. */
  private braces(): string {
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.rest(12));
    if (!found) {
      this.at++;
      return "\\{";
    }
    if (Number(found[1]) > 1000 || Number(found[3] ?? 0) > 1000) {
      throw new SyntaxError("repeat");
    }
    this.at += found[0].length;
    return found[0];
  }

  private group(): string {
    if (this.src[this.at + 1] !== "?") {
      this.at++;
      return "(";
    }
    const head = this.rest(40);
    const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(head);
    if (named) {
      this.at += named[0].length;
      return `(?<${named[1]}>`;
    }
    if (head.startsWith("(?:")) {
      this.at += 3;
      return "(?:";
    }
    throw new SyntaxError("group");
  }

  private escape(inClass: boolean): string {
    const c = this.src[this.at + 1];
    this.at += 2;
    switch (c) {
      case "s":
        return inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]";
      case "S":
        if (inClass) {
          throw new SyntaxError("class");
        }
        return "[^\\t\\n\\f\\r ]";
      case "A":
        return "(?<![\\s\\S])";
      case "z":
        return "(?![\\s\\S])";
      case "a":
        return "\\x07";
      case "p":
      case "P":
        return this.property(c);
      case "x":
        return this.hex();
      case "Q":
        return this.literal();
      case undefined:
        throw new SyntaxError("escape");
    }
    if (/[dDwWbBnrtfv]/.test(c)) {
      return `\\${c}`;
    }
    if (/[A-Za-z0-9]/.test(c) || c.length > 1 || c > "\x7f") {
      throw new SyntaxError("escape");
    }
    return /[\\^$.*+?()[\]{}|/-]/.test(c) ? this.plain(c, inClass) : c;
  }

  private plain(c: string, inClass: boolean): string {
    return c === "-" && !inClass ? "-" : `\\${c}`;
  }

  private property(c: string): string {
    const braces = /^\{(\^?)(\w+)\}/.exec(this.rest(40));
    const name = braces?.[2] ?? this.src[this.at] ?? "";
    this.at += braces ? braces[0].length : 1;
    const negated = (c === "P") !== (braces?.[1] === "^");
    const category = name.length <= 2;
    return `\\${negated ? "P" : "p"}{${category ? name : `Script=${name}`}}`;
  }

  private hex(): string {
    const found = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(this.rest(8));
    if (!found) {
      throw new SyntaxError("hex");
    }
    this.at += found[0].length;
    return `\\u{${found[1] ?? found[2]}}`;
  }

  private literal(): string {
    const rest = this.src.slice(this.at).join("");
    const end = rest.indexOf("\\E");
    const raw = end < 0 ? rest : rest.slice(0, end);
    this.at += [...raw].length + (end < 0 ? 0 : 2);
    return raw.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }

  private charClass(): string {
    this.at++;
    let out = "[";
    if (this.src[this.at] === "^") {
      out += "^";
      this.at++;
    }
    for (let first = true; ; first = false) {
      const c = this.src[this.at];
      if (c === undefined) {
        throw new SyntaxError("class");
      }
      if (c === "]" && !first) {
        this.at++;
        return `${out}]`;
      }
      out += this.classPart(c);
    }
  }

  private classPart(c: string): string {
    if (c === "\\") {
      return this.escape(true);
    }
    const named = c === "[" ? /^\[:(\w+):\]/.exec(this.rest(12)) : null;
    const set = named ? posix[named[1] ?? ""] : undefined;
    if (named && set) {
      this.at += named[0].length;
      return set;
    }
    this.at++;
    const dash = c === "-" && (this.out.endsWith("[") || this.src[this.at] === "]");
    return /[[\](){}/|]/.test(c) || dash ? `\\${c}` : c;
  }
}

function compilePattern(pattern: string): RegExp | undefined {
  if (byteLength(pattern) > maxPattern) {
    return undefined;
  }
  try {
    const translator = new Translator(pattern);
    const source = translator.read();
    return new RegExp(source, `${translator.flags.replace("m", "")}g`);
  } catch {
    return undefined;
  }
}

/** A repetition of what holds one: the browser's engine could need for ever on a long text, the server's does not. */
const nested = /[+*}][^()]*\)[+*{]/;

function patternOf(c: Context, s: Value, pattern: string): RegExp | Value {
  if (!cache.has(pattern)) {
    if (cache.size >= 200) {
      cache.clear();
    }
    cache.set(pattern, compilePattern(pattern));
  }
  const re = cache.get(pattern);
  if (!re) {
    return badValue;
  }
  if (s.s.length > 100 && nested.test(pattern)) {
    return limit;
  }
  re.lastIndex = 0;
  return spend(c, s.s.length + 100) ? re : limit;
}

/** $1 … $9 are groups, $$ a dollar sign; $n without such a group stays. */
const expand = (withText: string, m: RegExpMatchArray): string =>
  withText.replace(/\$(\$|[1-9])/g, (whole, mark: string) => {
    if (mark === "$") {
      return "$";
    }
    return Number(mark) < m.length ? (m[Number(mark)] ?? "") : whole;
  });

function replaceAll(s: string, re: RegExp, withText: string): Value {
  let out = "";
  let at = 0;
  let last = -1;
  for (const m of s.matchAll(re)) {
    // An empty match right after another one does not count.
    if (m[0] === "" && m.index === last) {
      continue;
    }
    out += s.slice(at, m.index) + expand(withText, m);
    at = m.index + m[0].length;
    last = at;
    if (out.length > maxText) {
      return limit;
    }
  }
  out += s.slice(at);
  return tooLong(out) ? limit : text(out);
}

export const regexFunctions: Impls = {
  REGEX_MATCH: (c, a) => {
    const re = patternOf(c, arg(a, 0), arg(a, 1).s);
    return re instanceof RegExp ? bool(re.test(arg(a, 0).s)) : re;
  },
  REGEX_EXTRACT: (c, a) => {
    const re = patternOf(c, arg(a, 0), arg(a, 1).s);
    if (!(re instanceof RegExp)) {
      return re;
    }
    const m = re.exec(arg(a, 0).s);
    return m ? text(m.slice(1).find((group) => group !== undefined) ?? m[0]) : blank;
  },
  REGEX_REPLACE: (c, a) => {
    const re = patternOf(c, arg(a, 0), arg(a, 1).s);
    return re instanceof RegExp ? replaceAll(arg(a, 0).s, re, arg(a, 2).s) : re;
  },
};

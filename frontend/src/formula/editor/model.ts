/** What the editor knows about a source: colours, completions, the call around the caret. */
import type { Field } from "@/api/types";
import { FormulaError } from "../core/errors";
import { type FunctionInfo, functionList, functionNamed } from "../core/functions";
import { Lexer, type Token } from "../core/lex";
import { braced } from "../core/program";

export type Colour = "plain" | "number" | "text" | "field" | "function" | "op" | "bad" | "match";

export interface Piece {
  readonly text: string;
  readonly colour: Colour;
  readonly bad: boolean;
}

/** The tokens up to where reading fails, and the rest. */
export function tokensOf(source: string): readonly Token[] {
  const out: Token[] = [];
  const lexer = new Lexer(source);
  try {
    for (let token = lexer.next(); token.kind !== "end"; token = lexer.next()) {
      out.push(token);
    }
  } catch (error) {
    if (!(error instanceof FormulaError)) {
      throw error;
    }
    const open = error.code === "formula.unclosed";
    const kind = /^[{\uff5b]$/.test(String(error.params.token)) ? "field" : "text";
    const text = [...source].slice(error.pos + 1, error.end).join("");
    out.push({ kind: open ? kind : "op", text: open ? text : "?", pos: error.pos, end: error.end });
  }
  return out;
}

function colourOf(token: Token, next: Token | undefined): Colour {
  switch (token.kind) {
    case "number":
    case "text":
    case "field":
      return token.kind;
    case "name":
      return next?.kind === "op" && next.text === "(" ? "function" : "field";
    default:
      return "op";
  }
}

/** The two brackets that belong together at a caret, by the places of their tokens. */
export function matching(tokens: readonly Token[], caret: number): ReadonlySet<number> {
  const open: number[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "op" && token.text === "(") {
      open.push(i);
    } else if (token.kind === "op" && token.text === ")") {
      const start = open.pop();
      const from = start === undefined ? undefined : tokens[start];
      if (start !== undefined && from && (token.end === caret || from.pos === caret || from.end === caret)) {
        return new Set([start, i]);
      }
    }
  }
  return new Set();
}

/** The source in coloured pieces; what is between pos and end of the problem is marked. */
export function piecesOf(
  source: string,
  caret: number,
  problem: { readonly pos: number; readonly end: number } | undefined,
): readonly Piece[] {
  const points = [...source];
  const tokens = tokensOf(source);
  const pairs = matching(tokens, caret);
  const colours: Colour[] = points.map(() => "plain");
  for (const [i, token] of tokens.entries()) {
    const colour = pairs.has(i) ? "match" : colourOf(token, tokens[i + 1]);
    colours.fill(colour, token.pos, token.end);
  }
  const out: { text: string; colour: Colour; bad: boolean }[] = [];
  for (const [i, ch] of points.entries()) {
    const bad = problem !== undefined && i >= problem.pos && i < problem.end;
    const colour = colours[i] ?? "plain";
    const last = out.at(-1);
    if (last && last.colour === colour && last.bad === bad) {
      last.text += ch;
    } else {
      out.push({ text: ch, colour, bad });
    }
  }
  return out;
}

export interface Completion {
  readonly key: string;
  readonly label: string;
  /** What it puts in the place of the word that is being written. */
  readonly insert: string;
  /** How far the caret stands before the end of it. */
  readonly back: number;
  readonly field?: Field;
  readonly fn?: FunctionInfo;
}

export interface Completions {
  /** Code points that the completion replaces. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

const none: Completions = { from: 0, to: 0, items: [] };
const most = 8;

/** How well a name fits what is written; 0 is not at all. */
function score(name: string, word: string): number {
  const folded = name.toLowerCase();
  if (folded.startsWith(word)) {
    return 3;
  }
  return folded.includes(word) ? 2 : 0;
}

/** Functions are also found by the words of their description. */
function functionScore(fn: FunctionInfo, word: string): number {
  const byName = score(fn.name, word);
  if (byName > 0) {
    return byName;
  }
  return word.length > 1 && Object.values(fn.doc).some((doc) => doc.toLowerCase().includes(word)) ? 1 : 0;
}

const fieldItem = (field: Field): Completion => ({
  key: field.id,
  label: field.name,
  insert: braced(field.name),
  back: 0,
  field,
});

function functionItem(fn: FunctionInfo): Completion {
  const empty = fn.params.length === 0;
  return { key: fn.name, label: fn.name, insert: `${fn.name}()`, back: empty ? 0 : 1, fn };
}

/** The word or field that is being written at the caret, "any" where another may begin. */
function begunAt(
  points: readonly string[],
  tokens: readonly Token[],
  caret: number,
): Token | "any" | undefined {
  const at = tokens.find((token) => token.pos < caret && caret <= token.end);
  switch (at?.kind) {
    case "name":
      return at;
    case "field":
      return caret === at.end && /[}\uff5d]/.test(points[at.end - 1] ?? "") ? undefined : at;
    case "text":
    case "number":
      return undefined;
    default:
      return "any";
  }
}

function ranked(word: string, fields: readonly Field[], withFunctions: boolean): Completion[] {
  const found = [
    ...fields.map((field) => ({
      item: fieldItem(field),
      n: Math.max(score(field.name, word), score(field.key, word)),
    })),
    ...(withFunctions ? functionList : []).map((fn) => ({
      item: functionItem(fn),
      n: functionScore(fn, word),
    })),
  ].filter(({ n }) => n > 0);
  found.sort((a, b) => b.n - a.n);
  return found.slice(0, most).map(({ item }) => item);
}

/** What could stand at the caret. `all` also answers where no word has been begun. */
export function completionsAt(
  source: string,
  caret: number,
  fields: readonly Field[],
  all = false,
): Completions {
  const points = [...source];
  const begun = begunAt(points, tokensOf(source), caret);
  if (begun === undefined || (begun === "any" && !all)) {
    return none;
  }
  if (begun === "any") {
    return { from: caret, to: caret, items: ranked("", fields, true) };
  }
  const inField = begun.kind === "field";
  const written = points.slice(begun.pos + (inField ? 1 : 0), caret).join("");
  const items = ranked(written.trim().toLowerCase(), fields, !inField);
  // A call keeps its parentheses.
  const called = !inField && points[begun.end] === "(";
  return {
    from: begun.pos,
    to: inField ? caret + (points[caret] === "}" ? 1 : 0) : begun.end,
    items: called ? items.map((item) => (item.fn ? { ...item, insert: item.label, back: 0 } : item)) : items,
  };
}

interface OpenCall {
  readonly fn: FunctionInfo | undefined;
  readonly arg: number;
}

/** The calls that are open after one more token. */
function opened(calls: readonly OpenCall[], token: Token, before: Token | undefined): readonly OpenCall[] {
  const last = calls.at(-1);
  switch (token.kind === "op" ? token.text : "") {
    case "(":
      return [...calls, { fn: before?.kind === "name" ? functionNamed(before.text) : undefined, arg: 0 }];
    case ")":
      return calls.slice(0, -1);
    case ",":
      return last ? [...calls.slice(0, -1), { fn: last.fn, arg: last.arg + 1 }] : calls;
    default:
      return calls;
  }
}

/** The innermost call that the caret stands in, and which argument. */
export function callAt(source: string, caret: number): { fn: FunctionInfo; arg: number } | undefined {
  let calls: readonly OpenCall[] = [];
  let before: Token | undefined;
  for (const token of tokensOf(source).filter(({ pos }) => pos < caret)) {
    calls = opened(calls, token, before);
    before = token;
  }
  const found = calls.findLast((call) => call.fn);
  return found?.fn ? { fn: found.fn, arg: found.arg } : undefined;
}

/** Code points before a place in UTF-16, and the way back. */
export const toPoints = (s: string, at: number): number => [...s.slice(0, at)].length;
export const toUnits = (s: string, at: number): number => [...s].slice(0, at).join("").length;

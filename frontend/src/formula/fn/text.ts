/** Functions of texts; positions and lengths are code points. */
import { single } from "../core/convert";
import { arg, badValue, type Impl, type Impls, limit, spend } from "../core/run";
import { blank, bool, byteLength, list, maxList, maxText, number, text, type Value } from "../core/value";

/** A number argument as a whole number, cut to what texts can have. */
export function count(a: readonly Value[], i: number, otherwise: number): number {
  const v = a[i];
  if (!v) {
    return otherwise;
  }
  const n = v.kind === "decimal" ? Number(v.d) / 10 ** v.scale : v.n;
  return Math.trunc(Math.max(-1e6, Math.min(n, 1e6))) + 0;
}

const points = (v: Value): string[] => [...v.s];
const cut = (list: readonly string[], from: number, to: number): Value =>
  text(list.slice(Math.max(from, 0), Math.max(to, 0)).join(""));

const spaces = /^[\t\n\v\f\r \u00a0\ufeff\p{Z}]+|[\t\n\v\f\r \u00a0\ufeff\p{Z}]+$/gu;
export const trimmed = (s: string): string => s.replace(spaces, "");

/** Maps code point to code point; one that would become several stays. */
function mapCase(s: string, map: (c: string) => string): string {
  let out = "";
  for (const c of s) {
    const mapped = map(c);
    out += [...mapped].length === 1 ? mapped : c;
  }
  return out;
}

/** The place (from 1) of a[0] in a[1], from the place a[2] on; 0: none. */
function find(a: readonly Value[]): number {
  const start = Math.max(count(a, 2, 1), 1);
  const within = points(arg(a, 1));
  if (start - 1 > within.length) {
    return 0;
  }
  const rest = within.slice(start - 1).join("");
  const i = rest.indexOf(arg(a, 0).s);
  return i < 0 ? 0 : start + [...rest.slice(0, i)].length;
}

const substitute: Impl = (_, a) => {
  const [s, old, by] = [arg(a, 0).s, arg(a, 1).s, arg(a, 2).s];
  if (old === "") {
    return text(s);
  }
  const parts = s.split(old);
  if (a.length < 4) {
    const size = byteLength(s) + (parts.length - 1) * (byteLength(by) - byteLength(old));
    return size > maxText ? limit : text(parts.join(by));
  }
  const n = count(a, 3, 1);
  if (n < 1) {
    return badValue;
  }
  return n >= parts.length ? text(s) : text(parts.slice(0, n).join(old) + by + parts.slice(n).join(old));
};

const replace: Impl = (_, a) => {
  const start = count(a, 1, 1);
  if (start < 1) {
    return badValue;
  }
  const s = points(arg(a, 0));
  const after = s.slice(start - 1 + Math.max(count(a, 2, 0), 0));
  return text(s.slice(0, start - 1).join("") + arg(a, 3).s + after.join(""));
};

const mid: Impl = (_, a) => {
  const start = count(a, 1, 1);
  return start < 1 ? badValue : cut(points(arg(a, 0)), start - 1, start - 1 + Math.max(count(a, 2, 0), 0));
};

const rept: Impl = (c, a) => {
  const n = count(a, 1, 0);
  if (n < 0) {
    return badValue;
  }
  const size = byteLength(arg(a, 0).s) * n;
  return size > maxText || !spend(c, size >> 5) ? limit : text(arg(a, 0).s.repeat(n));
};

const split: Impl = (_, a) => {
  const [s, by] = [arg(a, 0).s, arg(a, 1).s];
  if (s === "") {
    return list([]);
  }
  const parts = by === "" ? [...s] : s.split(by);
  return parts.length > maxList ? limit : list(parts.map(text));
};

/** Lists what stands between open and end. */
const between: Impl = (_, a) => {
  const [open, end] = [arg(a, 1).s, arg(a, 2).s];
  const out: Value[] = [];
  let s = arg(a, 0).s;
  while (open !== "" && end !== "" && out.length <= maxList) {
    const i = s.indexOf(open);
    const j = i < 0 ? -1 : s.indexOf(end, i + open.length);
    if (j < 0) {
      break;
    }
    out.push(text(s.slice(i + open.length, j)));
    s = s.slice(j + end.length);
  }
  return list(out);
};

const decode =
  (by: (s: string) => string): Impl =>
  (_, a) => {
    try {
      return text(by(arg(a, 0).s));
    } catch {
      return badValue;
    }
  };

const length: Impl = (_, a) => number(points(arg(a, 0)).length);

const beside =
  (after: boolean): Impl =>
  (_, a) => {
    const [s, mark] = [arg(a, 0).s, arg(a, 1).s];
    const i = s.indexOf(mark);
    if (i < 0) {
      return blank;
    }
    return text(after ? s.slice(i + mark.length) : s.slice(0, i));
  };

const encodePart: Impl = (_, a) => text(encodeURIComponent(arg(a, 0).s));

export const textFunctions: Impls = {
  LEFT: (_, a) => cut(points(arg(a, 0)), 0, count(a, 1, 1)),
  RIGHT: (_, a) => {
    const s = points(arg(a, 0));
    return cut(s, s.length - Math.max(count(a, 1, 1), 0), s.length);
  },
  MID: mid,
  LEN: length,
  COUNTCHAR: length,
  LOWER: (_, a) => text(mapCase(arg(a, 0).s, (c) => c.toLowerCase())),
  UPPER: (_, a) => text(mapCase(arg(a, 0).s, (c) => c.toUpperCase())),
  TRIM: (_, a) => text(trimmed(arg(a, 0).s)),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  CLEAN: (_, a) => text(arg(a, 0).s.replace(/[\u0000-\u0020\u007f\u00a0\ufeff\p{Z}]/gu, "")),
  T: (c, a) => {
    const v = single(c, arg(a, 0));
    return v.kind === "text" || v.kind === "error" ? v : blank;
  },
  STRING: (_, a) => arg(a, 0),
  STRREVERSE: (_, a) => text(points(arg(a, 0)).reverse().join("")),
  FIND: (_, a) => number(find(a)),
  SEARCH: (_, a) => {
    const n = find(a);
    return n > 0 ? number(n) : blank;
  },
  INCLUDE: (_, a) => bool(arg(a, 0).s.includes(arg(a, 1).s)),
  REPLACE: replace,
  SUBSTITUTE: substitute,
  REPT: rept,
  TEXTBEFORE: beside(false),
  TEXTAFTER: beside(true),
  SPLIT: split,
  FINDA: between,
  ENCODE_URL_COMPONENT: encodePart,
  ENCODEURICOMPONENT: encodePart,
  ENCODEURI: (_, a) => text(encodeURI(arg(a, 0).s)),
  DECODEURI: decode(decodeURI),
  DECODEURICOMPONENT: decode(decodeURIComponent),
};

/** Functions of lists and aggregates. */
import { condition, joined, numeric, textOf } from "../core/convert";
import { arith, compare } from "../core/ops";
import { arg, type Context, type Impl, type Impls } from "../core/run";
import { blank, bool, elements, isEmpty, isNumeric, isTime, list, number, type Value } from "../core/value";
import { count } from "./text";

/** Visits the elements of all arguments (a blank one counts as one) until one fails. */
function each(a: readonly Value[], visit: (v: Value) => Value | undefined): Value | undefined {
  for (const v of a) {
    for (const x of v.kind === "list" ? v.list : [v]) {
      const bad = x.kind === "error" ? x : visit(x);
      if (bad?.kind === "error") {
        return bad;
      }
    }
  }
  return undefined;
}

/** Visits the numbers of all arguments, without blanks; texts and dates are errors. */
function numbers(a: readonly Value[], visit: (v: Value) => void): { n: number; bad: Value | undefined } {
  let n = 0;
  const bad = each(a, (v) => {
    if (isEmpty(v)) {
      return undefined;
    }
    const x = numeric(v);
    if (x.kind !== "error") {
      n++;
      visit(x);
    }
    return x;
  });
  return { n, bad };
}

const sum: Impl = (c, a) => {
  let total = number(0);
  const { bad } = numbers(a, (v) => {
    total = arith(c, "+", total, v);
  });
  return bad ?? total;
};

const product: Impl = (c, a) => {
  let total = number(1);
  const { n, bad } = numbers(a, (v) => {
    total = arith(c, "*", total, v);
  });
  return bad ?? (n === 0 ? number(0) : total);
};

const average: Impl = (c, a) => {
  let total = number(0);
  const { n, bad } = numbers(a, (v) => {
    total = arith(c, "+", total, v);
  });
  if (bad || n === 0) {
    return bad ?? blank;
  }
  return arith(c, "/", total, number(n));
};

/** The better of two, or an error. */
function better(c: Context, v: Value, best: Value, sign: number): Value {
  const x = isTime(v) ? v : numeric(v);
  if (x.kind === "error" || best.kind === "any") {
    return x;
  }
  const d = compare(c, x, best);
  if (typeof d === "object") {
    return d;
  }
  return (d ?? 0) * sign > 0 ? x : best;
}

/** MAX (1) and MIN (-1), of numbers or of times; blank of none. */
const extreme =
  (sign: number): Impl =>
  (c, a) => {
    let best = blank;
    const bad = each(a, (v) => {
      best = isEmpty(v) ? best : better(c, v, best, sign);
      return best;
    });
    return bad ?? best;
  };

const tally =
  (counts: (v: Value) => boolean): Impl =>
  (_, a) =>
    number(a.flatMap((v) => (v.kind === "list" ? v.list : [v])).filter(counts).length);

/** A list of the elements of all arguments that are wanted. */
function gather(a: readonly Value[], want: (v: Value) => boolean): Value {
  const out: Value[] = [];
  const bad = each(a, (v) => {
    if (want(v)) {
      out.push(v);
    }
    return undefined;
  });
  return bad ?? list(out);
}

const unique: Impl = (c, a) => {
  const seen = new Set<string>();
  return gather(a, (v) => {
    const key = (isNumeric(v) ? "n" : v.kind) + textOf(v, c.zone);
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
};

const xor: Impl = (c, a) => {
  let odd = false;
  const bad = each(a, (v) => {
    const ok = condition(c, v);
    odd = odd !== (ok.n !== 0);
    return ok;
  });
  return bad ?? bool(odd);
};

/** From start (1 is the first, -1 the last) to end, included. */
const slice: Impl = (_, a) => {
  const parts = elements(arg(a, 0));
  const place = (i: number) => (i < 0 ? parts.length + i : i - 1);
  const from = Math.max(place(count(a, 1, 1)), 0);
  const last = parts.length - 1;
  const to = a.length > 2 ? Math.min(place(count(a, 2, -1)), last) : last;
  return list(from > to ? [] : parts.slice(from, to + 1));
};

const join =
  (separator: string): Impl =>
  (c: Context, a) =>
    joined(elements(arg(a, 0)), a[1]?.s ?? separator, c.zone);

export const listFunctions: Impls = {
  SUM: sum,
  PRODUCT: product,
  AVERAGE: average,
  MAX: extreme(1),
  MIN: extreme(-1),
  COUNT: tally((v) => v.kind === "number" || v.kind === "decimal"),
  COUNTA: tally((v) => !isEmpty(v)),
  COUNTALL: tally(() => true),
  COUNTBLANK: tally(isEmpty),
  COUNTARRAY: (_, a) => number(elements(arg(a, 0)).length),
  XOR: xor,
  NOT: (_, a) => bool(arg(a, 0).n === 0),
  ISBLANK: (_, a) => bool(isEmpty(arg(a, 0))),
  ARRAYCOMPACT: (_, a) => gather(a, (v) => !isEmpty(v)),
  ARRAYFLATTEN: (_, a) => gather(a, () => true),
  ARRAYUNIQUE: unique,
  ARRAYJOIN: join(", "),
  JOIN: join(","),
  ARRAYSLICE: slice,
};

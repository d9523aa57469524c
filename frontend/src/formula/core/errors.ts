/** What is wrong with a formula. */

export type ProblemParams = Readonly<Record<string, string | number>>;

/** An error of compilation; positions are code points. */
export class FormulaError extends Error {
  readonly code: string;
  readonly pos: number;
  readonly end: number;
  /** A value that begins with "@" names a text itself. */
  readonly params: ProblemParams;

  constructor(code: string, pos: number, end: number, params: ProblemParams = {}) {
    super(`${code} at ${pos}-${end}`);
    this.code = code;
    this.pos = pos;
    this.end = end;
    this.params = params;
  }
}

function distance(a: readonly string[], b: readonly string[]): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, x] of a.entries()) {
    let diagonal = row[0] ?? 0;
    row[0] = i + 1;
    for (const [j, y] of b.entries()) {
      const above = row[j + 1] ?? 0;
      row[j + 1] = x === y ? diagonal : 1 + Math.min(diagonal, row[j] ?? 0, above);
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}

/** The candidate that looks most like a name, "-" if there is none. */
export function nearest(name: string, candidates: readonly string[]): string {
  const folded = [...name.toLowerCase()];
  let best = "-";
  let least = Number.POSITIVE_INFINITY;
  if (folded.length > 100) {
    return best;
  }
  for (const candidate of candidates) {
    const d = distance(folded, [...candidate.toLowerCase()]);
    if (d < least) {
      best = candidate;
      least = d;
    }
  }
  return best;
}

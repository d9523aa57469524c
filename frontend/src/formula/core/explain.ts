/** How the value of one record came to be: a tree without literals and plain parentheses. */
import { condition } from "./convert";
import type { Node } from "./parse";
import type { Program } from "./program";
import { type Context, type Env, limit, newContext, type Row } from "./run";
import { blank, type Type, type Value } from "./value";

export interface Step {
  /** Code points of the source. */
  readonly pos: number;
  readonly end: number;
  readonly source: string;
  readonly type: Type;
  readonly value: Value;
  /** Not evaluated, such as the branch of IF that was not taken. */
  readonly skipped: boolean;
  readonly children: readonly Step[];
}

/** Which argument of IF was taken; 3 for none, 0 where that is not known. */
function takenOf(c: Context, n: Node): number {
  const test = n.args[0];
  if (n.op !== "call" || n.name !== "IF" || !test || test.type.kind === "mixed") {
    return 0;
  }
  const ok = condition(c, test.run(c));
  if (ok.kind === "error") {
    return 3;
  }
  return ok.n !== 0 ? 1 : 2;
}

function explainNode(points: readonly string[], c: Context, node: Node, skipped: boolean): Step {
  let n = node;
  while (n.op === "group" && n.args[0]) {
    n = n.args[0];
  }
  c.draws = 0;
  let value = skipped ? blank : n.run(c);
  if (c.steps < 0) {
    value = limit;
  }
  const taken = skipped ? 0 : takenOf(c, n);
  return {
    pos: n.pos,
    end: n.end,
    source: points.slice(n.pos, n.end).join(""),
    type: n.type,
    value,
    skipped,
    children: n.args.flatMap((a, i) =>
      a.op === "lit" ? [] : [explainNode(points, c, a, skipped || (taken > 0 && i > 0 && i !== taken))],
    ),
  };
}

/** Evaluates a formula for one record and shows how. All steps share one budget. */
export function explain(program: Program, env: Env, row: Row): Step {
  return explainNode([...program.source], newContext(env, row), program.root, false);
}

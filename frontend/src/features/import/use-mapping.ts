import { useState } from "react";
import type { Preview, Reading } from "@/api/imports";
import {
  type Goal,
  keyFields,
  type MapRow,
  makeRest,
  missing,
  retarget,
  startRows,
  type Target,
} from "./model/mapping";
import type { Rules } from "./model/plan";

/** The state of the mapping step: the rows and the rules, for one reading of the file. */
export interface Mapping {
  readonly preview: Preview;
  readonly reading: Reading;
  readonly goal: Goal;
  readonly rows: readonly MapRow[];
  readonly rules: Rules;
  readonly lacks: ReturnType<typeof missing>;
  readonly keys: ReturnType<typeof keyFields>;
  readonly pick: (index: number, target: Target) => void;
  readonly makeRest: () => void;
  readonly setRules: (patch: Partial<Rules>) => void;
}

interface State {
  readonly preview: Preview;
  readonly rows: readonly MapRow[];
}

export function useMapping(preview: Preview, reading: Reading, goal: Goal): Mapping {
  const [state, setState] = useState<State>(() => ({ preview, rows: startRows(preview, goal) }));
  const [rules, setRules] = useState<Rules>({ key: undefined, choices: goal.design });
  let { rows } = state;
  if (state.preview !== preview) {
    // Read anew: what somebody chose stays, by header.
    rows = startRows(preview, goal, state.rows);
    setState({ preview, rows });
  }
  const keys = goal.fresh ? [] : keyFields(rows, goal);
  const key = keys.some((field) => field.key === rules.key) ? rules.key : undefined;
  return {
    preview,
    reading,
    goal,
    rows,
    rules: { ...rules, key },
    lacks: missing(rows, goal),
    keys,
    pick: (index, target) => setState({ preview, rows: retarget(rows, index, target) }),
    makeRest: () => setState({ preview, rows: makeRest(rows) }),
    setRules: (patch) => setRules((old) => ({ ...old, ...patch })),
  };
}

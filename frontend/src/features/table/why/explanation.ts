/** How the server says that a list of records is found. */
import { api } from "@/api/client";
import type { SortKey } from "@/api/types";

export interface ExplainedStep {
  readonly kind: string;
  readonly how?: string;
  readonly text: string;
}

export interface Explanation {
  readonly summary: string;
  readonly indexed: boolean;
  readonly steps: readonly ExplainedStep[];
  /** The database's own words; for builders alone. */
  readonly plan?: readonly string[];
}

/** A list as the page shows it now, where that is not what the saved view asks for. */
export interface Changed {
  readonly entity: string;
  readonly filter: unknown;
  readonly sort: readonly SortKey[];
  readonly group: readonly SortKey[];
  readonly search: string;
}

/** Keys of an order that the server takes. */
const mostSorts = 5;

export function explain(view: string, changed: Changed | undefined): Promise<Explanation> {
  if (changed === undefined) {
    return api.get<Explanation>(`/views/${view}/explain`);
  }
  const { entity, filter, group, sort, search } = changed;
  return api.post<Explanation>(`/entities/${entity}/records/explain`, {
    ...(filter !== undefined && filter !== null && { filter }),
    ...(search && { search }),
    sort: [...group, ...sort].slice(0, mostSorts),
  });
}

const served = new Set(["index", "search", "links", "ids"]);
const unserved = new Set(["scan", "never", "building"]);

/** Whether a step is quick, slow, or says neither. */
export function paceOf(step: ExplainedStep): "fast" | "slow" | undefined {
  if (step.how !== undefined && served.has(step.how)) {
    return "fast";
  }
  return step.how !== undefined && unserved.has(step.how) ? "slow" : undefined;
}

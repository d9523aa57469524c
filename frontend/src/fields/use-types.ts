import { useEffect, useReducer } from "react";
import type { Field } from "@/api/types";
import { loadMore, needsMore } from "./registry";

let failed = false;

/** Whether the types of these fields are known; fetches those that are not. */
export function useTypes(fields: readonly Field[]): boolean {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const missing = needsMore(fields);
  // Code that comes over the network; without it the values show as plain text.
  useEffect(() => {
    if (missing && !failed) {
      loadMore()
        .catch(() => {
          failed = true;
        })
        .finally(redraw);
    }
  }, [missing]);
  return !missing || failed;
}

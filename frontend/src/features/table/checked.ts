/** The ticked rows of the open grid, for the bar at the bottom. */
import type { CheckedRows } from "@/grid/types";

let checked: CheckedRows = { all: false, ids: new Set(), count: 0 };
const watchers = new Set<() => void>();

export const checkedRows = {
  read: () => checked,
  subscribe(listener: () => void): () => void {
    watchers.add(listener);
    return () => watchers.delete(listener);
  },
  set(next: CheckedRows): void {
    checked = next;
    for (const watch of [...watchers]) {
      watch();
    }
  },
};

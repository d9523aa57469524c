import { type Ref, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { GridEngine } from "./engine";
import type { GridApi, GridOptions } from "./types";

export interface DataGridProps extends GridOptions {
  readonly ref?: Ref<GridApi> | undefined;
}

/** A grid that fills its parent. The engine draws; React only hands the options over. */
export function DataGrid({ ref, ...options }: DataGridProps) {
  const root = useRef<HTMLDivElement>(null);
  const engine = useRef<GridEngine | null>(null);
  const latest = useRef<GridOptions>(options);
  latest.current = options;

  // The engine lives outside React: canvas, listeners, observers.
  useLayoutEffect(() => {
    if (root.current === null) {
      return;
    }
    const made = new GridEngine(root.current, latest.current);
    engine.current = made;
    return () => {
      engine.current = null;
      made.destroy();
    };
  }, []);

  // The engine compares what it gets: every render may hand over new options.
  useLayoutEffect(() => engine.current?.update(latest.current));

  useImperativeHandle(ref, () => api(() => engine.current), []);
  return <div ref={root} />;
}

/** An api that stays the same object when the engine is made anew. */
function api(engine: () => GridEngine | null): GridApi {
  return {
    focus: () => engine()?.focus(),
    select: (row, key) => engine()?.select(row, key),
    selection: () => engine()?.selection(),
    edit: () => engine()?.edit(),
    scrollTo: (row, key) => engine()?.scrollTo(row, key),
    flash: (cells, kind) => engine()?.flash(cells, kind),
    checked: () => engine()?.checked() ?? { all: false, ids: new Set(), count: 0 },
    clearChecked: () => engine()?.clearChecked(),
    cellRect: (row, key) => engine()?.cellRect(row, key),
    copy: async () => engine()?.copy(),
    redraw: () => engine()?.redraw(),
  };
}

import { useMemo } from "react";
import type { SampleRecord } from "@/formula/editor/props";
import type { Table } from "../use-table";

/** The first records of the view, to try formulas on. */
export function useSamples({ session }: Table): readonly SampleRecord[] {
  return useMemo(
    () =>
      [0, 1, 2, 3, 4].flatMap((index) => {
        const id = session.rows.idAt(index);
        const record = id === undefined ? undefined : session.rows.entry(id)?.record;
        return record ? [record] : [];
      }),
    [session],
  );
}

/** How many records the tables hold, as the caller may see them. */
import { useQueries } from "@tanstack/react-query";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { api } from "./client";
import { keys } from "./meta";

const freshMs = 60_000;

interface Counted {
  readonly count?: number;
  readonly countIsAtLeast?: boolean;
}

function countOf(entity: string): Promise<Counted> {
  return api.post<Counted>(`/entities/${entity}/records/query`, { limit: 1, count: true });
}

function textOf({ count = 0, countIsAtLeast }: Counted): string {
  const text = formatNumber(count);
  return countIsAtLeast === true ? t("common.atLeast", { count: text }) : text;
}

/** The counts that are known by now, as text; they are asked again each minute while they show. */
export function useCounts(entities: readonly string[]): Readonly<Record<string, string>> {
  return useQueries({
    queries: entities.map((id) => ({
      queryKey: [...keys.entity(id), "count"],
      queryFn: () => countOf(id),
      staleTime: freshMs,
      refetchInterval: freshMs,
      retry: false,
    })),
    combine: (results) =>
      Object.fromEntries(
        results.flatMap(({ data }, index) => {
          const id = entities[index];
          return id === undefined || data === undefined ? [] : [[id, textOf(data)]];
        }),
      ),
  });
}

/** How many records the tables hold, as the caller may see them. */
import { useQueries } from "@tanstack/react-query";
import { api } from "./client";
import { keys } from "./meta";

const freshMs = 60_000;

async function countOf(entity: string): Promise<number> {
  const { count } = await api.post<{ count?: number }>(`/entities/${entity}/records/query`, {
    limit: 1,
    count: true,
  });
  return count ?? 0;
}

/** The counts that are known by now; they are asked again each minute while they show. */
export function useCounts(entities: readonly string[]): Readonly<Record<string, number>> {
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
          return id === undefined || data === undefined ? [] : [[id, data]];
        }),
      ),
  });
}

/** Query hooks of what describes the data: who, apps, entities, views. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { App, Entity, EntityInfo, List, Me } from "./types";

export const keys = {
  me: ["me"],
  apps: ["apps"],
  app: (id: string) => ["apps", id],
  entities: (app: string) => ["apps", app, "entities"],
  entity: (id: string) => ["entities", id],
} as const;

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: () => api.get<Me>("/me", { anonymous: true }),
  staleTime: 60_000,
});
export const useMe = () => useQuery(meQuery);

export const appsQuery = queryOptions({
  queryKey: keys.apps,
  queryFn: async () => (await api.get<List<App>>("/apps?limit=1000")).items,
});
export const useApps = () => useQuery(appsQuery);

export const appQuery = (id: string) =>
  queryOptions({ queryKey: keys.app(id), queryFn: () => api.get<App>(`/apps/${id}`) });

export const entitiesQuery = (app: string) =>
  queryOptions({
    queryKey: keys.entities(app),
    queryFn: async () => (await api.get<List<EntityInfo>>(`/apps/${app}/entities?limit=1000`)).items,
  });
export const useEntities = (app: string) => useQuery(entitiesQuery(app));

/** An entity with its fields, views and what the caller may do. */
export const entityQuery = (id: string) =>
  queryOptions({ queryKey: keys.entity(id), queryFn: () => api.get<Entity>(`/entities/${id}`) });
export const useEntity = (id: string) => useQuery(entityQuery(id));

/** A mutation that, once done, marks the named queries as stale. */
export function useAct<In, Out>(
  act: (input: In) => Promise<Out>,
  stale: (input: In) => readonly (readonly unknown[])[],
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (_out, input) => {
      await Promise.all(stale(input).map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}

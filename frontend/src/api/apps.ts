/** Making and changing apps and their tables; templates. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import { keys, useAct } from "./meta";
import type { App, Entity, EntityInfo, FieldInput, List, TemplateInfo } from "./types";

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: async () => (await api.get<List<TemplateInfo>>("/templates")).items,
  staleTime: 600_000,
});
export const useTemplates = () => useQuery(templatesQuery);
export const useTemplate = (key: string) =>
  useQuery({
    queryKey: ["templates", key],
    queryFn: () => api.get<TemplateInfo>(`/templates/${encodeURIComponent(key)}`),
    staleTime: 600_000,
  });

export type AppInput =
  | { readonly name: string; readonly icon?: string; readonly color?: string }
  | { readonly template: string; readonly locale?: string; readonly sampleData?: boolean };

export const useCreateApp = () =>
  useAct(
    (input: AppInput) => api.post<App>("/apps", input),
    () => [keys.apps],
  );

export interface AppPatch {
  readonly name?: string;
  readonly icon?: string;
  readonly color?: string;
  readonly order?: number;
}

export const useUpdateApp = () =>
  useAct(
    ({ id, ...patch }: AppPatch & { id: string }) => api.patch<App>(`/apps/${id}`, patch),
    () => [keys.apps],
  );
export const useDeleteApp = () =>
  useAct(
    (id: string) => api.delete(`/apps/${id}`),
    () => [keys.apps],
  );

export interface EntityInput {
  readonly name: string;
  readonly recordName?: string;
  readonly icon?: string;
  readonly color?: string;
  readonly fields?: readonly FieldInput[];
}

export const useCreateEntity = () =>
  useAct(
    ({ app, ...input }: EntityInput & { app: string }) => api.post<Entity>(`/apps/${app}/entities`, input),
    () => [keys.apps],
  );

export interface EntityPatch {
  readonly name?: string;
  readonly recordName?: string;
  readonly icon?: string;
  readonly color?: string;
  readonly order?: number;
}

export const useUpdateEntity = () =>
  useAct(
    ({ id, ...patch }: EntityPatch & { id: string }) => api.patch<Entity>(`/entities/${id}`, patch),
    ({ id }) => [keys.apps, keys.entity(id)],
  );
/** Puts the tables of an app in this order: at once on the page, then on the server. */
export function useOrderEntities(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (list: readonly EntityInfo[]) =>
      Promise.all(
        list.flatMap((entity, index) =>
          entity.order === index + 1 ? [] : [api.patch(`/entities/${entity.id}`, { order: index + 1 })],
        ),
      ),
    async onMutate(list) {
      await client.cancelQueries({ queryKey: keys.apps });
      const entities = list.map((entity, index) => ({ ...entity, order: index + 1 }));
      client.setQueryData<readonly App[]>(keys.apps, (apps) =>
        apps?.map((one) => (one.id === app ? { ...one, entities } : one)),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.apps }),
  });
}
export const useDeleteEntity = () =>
  useAct(
    (id: string) => api.delete(`/entities/${id}`),
    () => [keys.apps],
  );

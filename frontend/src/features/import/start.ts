import { api } from "@/api/client";
import { type Job, startImport } from "@/api/imports";
import { keys } from "@/api/meta";
import { queryClient } from "@/api/query-client";
import type { Field } from "@/api/types";
import { planOf } from "./model/plan";
import type { Mapping } from "./use-mapping";

/** The fields that this page has made, so that a second try makes none twice. */
const made = new Map<string, string>();

/** Makes the fields that are asked for by type, then starts the import. */
export async function start(entity: string, mapping: Mapping): Promise<Job> {
  const { rows, preview, goal, rules, reading } = mapping;
  const { make, rename, request } = planOf(rows, preview, goal, rules, reading);
  const targets: Record<string, string | null> = { ...request.mapping };
  try {
    if (rename) {
      await api.patch<Field>(`/entities/${entity}/fields/${rename.field}`, { name: rename.name });
    }
    for (const { header, input } of make) {
      const id = [entity, preview.file, header, input.type].join("\n");
      const key = made.get(id) ?? (await api.post<Field>(`/entities/${entity}/fields`, input)).key;
      made.set(id, key);
      targets[header] = key;
    }
    return await startImport(entity, { ...request, file: preview.file, mapping: targets });
  } finally {
    await queryClient.invalidateQueries({ queryKey: keys.entity(entity) });
  }
}

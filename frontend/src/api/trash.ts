/** Deleted records (docs/api.md, "Records"). */
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Ref } from "./types";

export interface TrashedRecord {
  readonly id: string;
  /** Of a record in the trash: when and by whom it was put there. */
  readonly updatedAt: string;
  readonly updatedBy?: Ref;
  readonly createdAt: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly can?: { readonly write?: boolean; readonly delete?: boolean };
}

export interface Trashed {
  readonly entity: string;
  readonly record: TrashedRecord;
}

interface TrashPage {
  readonly items: readonly Trashed[];
  readonly nextCursor?: string;
}

const pageSize = 100;

/** The last deleted ones of one table, or the very last of all tables. */
export const trashQuery = (entity: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["trash", entity ?? ""],
    queryFn: ({ pageParam }) =>
      api.get<TrashPage>("/trash", { query: { entity, limit: pageSize, cursor: pageParam } }),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  });

export const useTrash = (entity: string | undefined) => useInfiniteQuery(trashQuery(entity));

export const restoreRecord = (entity: string, id: string) =>
  api.post(`/entities/${entity}/records/${id}/restore`, {});

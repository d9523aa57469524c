/** The record routes of the API, typed. */
import { api, send } from "@/api/client";
import type { List, Ref, SortKey } from "@/api/types";

export type Fields = Readonly<Record<string, unknown>>;

export interface RecordCan {
  readonly write?: boolean;
  readonly delete?: boolean;
  /** Only fields that cannot be written. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface WireRecord {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy?: Ref;
  readonly updatedAt: string;
  readonly updatedBy?: Ref;
  readonly fields: Fields;
  readonly can?: RecordCan;
}

export interface RowQuery {
  readonly filter?: unknown;
  readonly sort?: readonly SortKey[];
  readonly search?: string;
}

export interface PageRequest extends RowQuery {
  readonly fields?: readonly string[];
  readonly limit?: number;
  readonly cursor?: string;
  /** "exact" counts all, whatever it takes. */
  readonly count?: boolean | "exact";
}

export interface RecordPage {
  readonly records: readonly WireRecord[];
  readonly nextCursor?: string;
  readonly count?: number;
}

/** Cursors that lead to every so-manyth record, and how many there are. */
export interface Anchors {
  readonly count: number;
  readonly cursors: readonly string[];
}

export interface Metric {
  readonly op: string;
  readonly field?: string;
}

export interface AggregatePage {
  readonly groups: readonly AggregateGroup[];
  readonly nextCursor?: string;
}

export interface AggregateRequest {
  readonly filter?: unknown;
  readonly search?: string;
  readonly groupBy?: readonly {
    readonly field: string;
    readonly dir?: "asc" | "desc" | undefined;
    readonly bucket?: string | undefined;
  }[];
  readonly metrics: readonly Metric[];
  readonly limit?: number;
  readonly cursor?: string;
}

export interface AggregateGroup {
  readonly keys: readonly unknown[];
  readonly metrics: readonly unknown[];
}

export interface WriteResult {
  readonly records: readonly WireRecord[];
  readonly changeSet?: string;
}

const at = (entity: string) => `/entities/${entity}/records`;

/** Leaves out what is not set: the server refuses unknown and empty members. */
function clean<T extends object>(body: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && value !== "" && value !== null),
  ) as Partial<T>;
}

async function written(response: Response): Promise<WriteResult> {
  const text = await response.text();
  const body = (text ? JSON.parse(text) : {}) as Partial<WriteResult> & Partial<WireRecord>;
  const changeSet = body.changeSet ?? response.headers.get("X-Change-Set") ?? undefined;
  const records = body.records ?? (body.id === undefined ? [] : [body as WireRecord]);
  return { records, ...(changeSet && { changeSet }) };
}

/** What an undo did; records that were changed since are left alone. */
export interface UndoResult {
  readonly records: number;
  readonly changeSet?: string;
  readonly skipped?: readonly unknown[];
}

export interface RecordPatch {
  readonly id: string;
  readonly fields: Fields;
}

const once = (key: string) => ({ "Idempotency-Key": key });

export const wire = {
  query: (entity: string, request: PageRequest, signal?: AbortSignal) =>
    api.post<RecordPage>(`${at(entity)}/query`, clean(request), signal ? { signal } : {}),
  anchors: (entity: string, request: RowQuery, every: number) =>
    api.post<Anchors>(`${at(entity)}/anchors`, clean({ ...request, every })),
  get: (entity: string, id: string) => api.get<WireRecord>(`${at(entity)}/${id}`),
  aggregate: async (entity: string, request: AggregateRequest, signal?: AbortSignal) =>
    (await wire.aggregatePage(entity, request, signal)).groups,
  aggregatePage: (entity: string, request: AggregateRequest, signal?: AbortSignal) =>
    api.post<AggregatePage>(`${at(entity)}/aggregate`, clean(request), signal ? { signal } : {}),
  create: async (entity: string, records: readonly Fields[], typecast: boolean, key: string) =>
    written(
      await send("POST", at(entity), {
        body: { records: records.map((fields) => ({ fields })), ...(typecast && { typecast }) },
        headers: once(key),
      }),
    ),
  patch: async (entity: string, records: readonly RecordPatch[], typecast: boolean, key: string) =>
    written(
      await send("PATCH", at(entity), {
        body: { records, ...(typecast && { typecast }) },
        headers: once(key),
      }),
    ),
  remove: async (entity: string, ids: readonly string[], key: string) =>
    written(await send("DELETE", at(entity), { body: { ids }, headers: once(key) })),
  undo: (changeSet: string) => api.post<UndoResult>("/undo", { changeSet }),
};

export interface HistoryEntry {
  readonly version: number;
  readonly op: string;
  readonly at: string;
  readonly by: Ref;
  readonly via: string;
  readonly changeSet: string;
  readonly changes: readonly {
    readonly field: Ref & { readonly key: string; readonly type: string };
    readonly before: unknown;
    readonly after: unknown;
  }[];
}

export interface Comment {
  readonly id: string;
  readonly text: string;
  readonly by: Ref;
  readonly at: string;
  readonly editedAt?: string;
  readonly mentions: readonly string[];
}

export const recordApi = {
  history: async (entity: string, id: string, before?: number) =>
    (
      await api.get<List<HistoryEntry>>(`${at(entity)}/${id}/history`, {
        query: { limit: 50, before },
      })
    ).items,
  comments: async (entity: string, id: string) =>
    (await api.get<List<Comment>>(`${at(entity)}/${id}/comments`)).items,
  comment: (entity: string, id: string, text: string) =>
    api.post<Comment>(`${at(entity)}/${id}/comments`, { text }),
  removeComment: (entity: string, id: string, comment: string) =>
    api.delete(`${at(entity)}/${id}/comments/${comment}`),
};

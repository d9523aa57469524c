/** Imports (docs/api.md, "Files, imports, exports"). */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, base, send } from "./client";
import { ApiError } from "./problem";

export interface PreviewColumn {
  readonly header: string;
  /** The key of the field that the column goes to if nobody says otherwise. */
  readonly field?: string;
  /** From 0 to 1; below 1 the name only resembles. */
  readonly confidence: number;
  readonly type: string;
  /** The share of the looked-at values that the field takes. */
  readonly fit: number;
  readonly samples: readonly string[];
}

export interface Preview {
  readonly file: string;
  readonly kind: "csv" | "xlsx";
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly sheets?: readonly string[];
  readonly sheet?: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly columns: readonly PreviewColumn[];
}

/** How to read a file; what is absent is detected. */
export interface Reading {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly sheet?: string;
}

export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

export interface ImportRequest extends Reading {
  readonly file: string;
  readonly mapping: Readonly<Record<string, string | null>>;
  readonly upsertOn?: readonly string[];
  readonly createFields?: boolean;
  readonly createChoices?: boolean;
}

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "undoing" | "undone";

export interface RowProblem {
  readonly row: number;
  readonly line: number;
  readonly column?: string;
  readonly code: string;
  readonly detail: string;
}

export interface Job {
  readonly id: string;
  readonly entity: string;
  readonly state: JobState;
  readonly total: number;
  /** Rows dealt with, refused ones included. */
  readonly done: number;
  readonly failed: number;
  readonly created: number;
  readonly updated: number;
  readonly fileName?: string;
  readonly resumedAt?: readonly number[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly error?: { readonly code: string; readonly detail: string };
  readonly notes?: readonly { readonly code: string; readonly detail: string }[];
  /** The first refused rows; the error file has them all. */
  readonly errors?: readonly RowProblem[];
  readonly errorFileUrl?: string;
}

export const isWorking = (state: JobState) =>
  state === "queued" || state === "running" || state === "undoing";

export function uploadFile(file: File): Promise<UploadedFile> {
  const form = new FormData();
  form.append("file", file, file.name);
  return api.post<UploadedFile>("/files", form);
}

export const previewImport = (entity: string, file: string, reading: Reading) =>
  api.post<Preview>(`/entities/${entity}/imports/preview`, { file, ...reading });

export const startImport = (entity: string, request: ImportRequest) =>
  api.post<Job>(`/entities/${entity}/imports`, request);

export const getImport = (id: string) => api.get<Job>(`/imports/${id}`);
export const cancelImport = (id: string) => api.post<Job>(`/imports/${id}/cancel`, {});
export const undoImport = (id: string) => api.post<Job>(`/imports/${id}/undo`, {});

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["imports", id],
    queryFn: () => getImport(id),
    staleTime: 0,
    // A server that is starting again goes on with the import: keep asking.
    retry: (count, error) =>
      count < 30 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
    retryDelay: 1000,
    refetchIntervalInBackground: true,
    refetchInterval: ({ state }) => (state.data && isWorking(state.data.state) ? 500 : false),
  });

/** A job, looked at twice a second until it stands still. */
export const useImport = (id: string) => useQuery(importQuery(id));

const mostText = 2_000_000;

export interface ErrorFile {
  readonly text: string;
  /** The file goes on after the text. */
  readonly cut: boolean;
}

/** The beginning of an import's file of refused rows. */
export async function readErrorFile(url: string, signal: AbortSignal): Promise<ErrorFile> {
  const response = await send("GET", url.replace(base, ""), { signal });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) {
      return { text: text + decoder.decode(), cut: false };
    }
    text += decoder.decode(part.value, { stream: true });
    if (text.length > mostText) {
      await reader?.cancel();
      return { text, cut: true };
    }
  }
}

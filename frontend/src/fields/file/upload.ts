import { api } from "@/api/client";
import type { FileValue } from "./types";

export const mostBytes = 100 * 1024 * 1024;

/** Stores a file; it belongs to nobody until a record holds it. */
export function uploadFile(file: File): Promise<FileValue> {
  const form = new FormData();
  form.set("file", file, file.name);
  return api.post<FileValue>("/files", form);
}

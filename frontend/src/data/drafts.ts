/** Records made here that the server does not know yet, and edits in the form they are sent. */
import type { EditBatch } from "@/grid/edit-types";
import { toInput } from "./input";
import type { Fields, WireRecord } from "./wire";

let lastTemp = 0;

export function temporary(fields: Fields): WireRecord {
  lastTemp += 1;
  const now = new Date().toISOString();
  return { id: `new_${lastTemp}`, version: 0, createdAt: now, updatedAt: now, fields };
}

export const isTemporary = (id: string) => id.startsWith("new_");

export function byRecord(batch: EditBatch): Map<string, Record<string, unknown>> {
  const changes = new Map<string, Record<string, unknown>>();
  for (const { rowId, key, value } of batch.edits) {
    const fields = changes.get(rowId) ?? {};
    fields[key] = value;
    changes.set(rowId, fields);
  }
  return changes;
}

export function inputOf(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([key, value]) => [key, toInput(value)]),
  );
}

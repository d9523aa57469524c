/** Records by id: what the server has, and over it what was changed here and is on its way. */
import type { GridRow } from "@/grid/types";
import { sameValue } from "./input";
import type { Fields, WireRecord } from "./wire";

export interface RecordEntry {
  readonly record: WireRecord;
  /** Values that are not confirmed yet, with how many acts wait for each. */
  readonly pending: ReadonlyMap<string, { readonly value: unknown; readonly acts: number }>;
  /** The two merged, as the grid shows it. */
  readonly row: GridRow;
}

export interface RemoteChange {
  readonly id: string;
  /** Keys whose value on the server is another now. */
  readonly keys: readonly string[];
  /** Those of them that were being changed here at the same time. */
  readonly conflicts: readonly string[];
}

function locked(record: WireRecord): GridRow["locked"] {
  if (record.can?.write === false) {
    return "all";
  }
  const keys = Object.keys(record.can?.fields ?? {});
  return keys.length === 0 ? undefined : new Set(keys);
}

function entryOf(record: WireRecord, pending: RecordEntry["pending"]): RecordEntry {
  const over: Record<string, unknown> = {};
  for (const [key, { value }] of pending) {
    over[key] = value;
  }
  return {
    record,
    pending,
    row: {
      id: record.id,
      fields: pending.size === 0 ? record.fields : { ...record.fields, ...over },
      locked: locked(record),
    },
  };
}

const none: RecordEntry["pending"] = new Map();

export class RecordCache {
  private readonly entries = new Map<string, RecordEntry>();

  get(id: string): RecordEntry | undefined {
    return this.entries.get(id);
  }

  row(id: string): GridRow | undefined {
    return this.entries.get(id)?.row;
  }

  get size(): number {
    return this.entries.size;
  }

  ids(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** Takes a record as the server has it; an older version than the known one is ignored. */
  put(record: WireRecord): RemoteChange | undefined {
    const old = this.entries.get(record.id);
    if (old === undefined) {
      this.entries.set(record.id, entryOf(record, none));
      return undefined;
    }
    if (record.version < old.record.version) {
      return undefined;
    }
    const keys = changedKeys(old.record.fields, record.fields);
    this.entries.set(record.id, entryOf(record, old.pending));
    const conflicts = keys.filter((key) => {
      const mine = old.pending.get(key);
      return mine !== undefined && !sameValue(mine.value, record.fields[key]);
    });
    return { id: record.id, keys, conflicts };
  }

  /** Shows values that are about to be sent. */
  edit(id: string, fields: Fields): boolean {
    const old = this.entries.get(id);
    if (old === undefined) {
      return false;
    }
    const pending = new Map(old.pending);
    for (const [key, value] of Object.entries(fields)) {
      pending.set(key, { value, acts: (pending.get(key)?.acts ?? 0) + 1 });
    }
    this.entries.set(id, entryOf(old.record, pending));
    return true;
  }

  /** One act of these cells has been answered: the server's values show again, unless a later act waits. */
  settle(id: string, keys: readonly string[]): void {
    const old = this.entries.get(id);
    if (old === undefined) {
      return;
    }
    const pending = new Map(old.pending);
    for (const key of keys) {
      const waiting = pending.get(key);
      if (waiting !== undefined && waiting.acts > 1) {
        pending.set(key, { ...waiting, acts: waiting.acts - 1 });
      } else {
        pending.delete(key);
      }
    }
    this.entries.set(id, entryOf(old.record, pending));
  }

  remove(id: string): void {
    this.entries.delete(id);
  }

  /** A record made here gets the id and values that the server gave it. */
  rename(from: string, record: WireRecord): void {
    const old = this.entries.get(from);
    this.entries.delete(from);
    const newer = this.entries.get(record.id);
    const base = newer !== undefined && newer.record.version > record.version ? newer.record : record;
    this.entries.set(record.id, entryOf(base, old?.pending ?? none));
  }
}

function changedKeys(before: Fields, after: Fields): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !sameValue(before[key], after[key]));
}

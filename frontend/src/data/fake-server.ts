/** A small server behind `fetch`, for tests of the store: records of one entity in memory. */
import { vi } from "vitest";
import type { Fields, WireRecord } from "./wire";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly key: string | undefined;
}

type Refusal = (asked: Asked) => { status: number; code: string } | undefined;

export class FakeServer {
  readonly records: WireRecord[] = [];
  readonly asked: Asked[] = [];
  /** Answers with a problem where it says so. */
  refuse: Refusal = () => undefined;
  /** Throws as a lost network does, this many times. */
  losses = 0;
  private last = 0;

  constructor(count: number) {
    for (let i = 0; i < count; i++) {
      this.make({ name: `row ${i}` });
    }
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.answer(url, init));
  }

  make(fields: Fields): WireRecord {
    this.last += 1;
    const at = "2026-11-25T00:00:00Z";
    const record = { id: `rec_${this.last}`, version: 1, createdAt: at, updatedAt: at, fields };
    this.records.push(record);
    return record;
  }

  change(id: string, fields: Fields): WireRecord {
    const index = this.records.findIndex((one) => one.id === id);
    const old = this.records[index];
    if (old === undefined) {
      throw new Error(`no ${id}`);
    }
    const next = { ...old, version: old.version + 1, fields: { ...old.fields, ...fields } };
    this.records[index] = next;
    return next;
  }

  count(method: string, end: string): number {
    return this.asked.filter((one) => one.method === method && one.path.endsWith(end)).length;
  }

  private async answer(url: string, init: RequestInit): Promise<Response> {
    const path = url.replace("/api/v1", "");
    const headers = init.headers as Record<string, string>;
    const body = JSON.parse(typeof init.body === "string" ? init.body : "{}") as Record<string, unknown>;
    const asked = { method: init.method ?? "GET", path, body, key: headers["Idempotency-Key"] };
    this.asked.push(asked);
    if (this.losses > 0) {
      this.losses -= 1;
      throw new TypeError("network");
    }
    const problem = this.refuse(asked);
    if (problem !== undefined) {
      return Response.json(problem, { status: problem.status });
    }
    return Response.json(this.result(asked));
  }

  private result({ method, path, body }: Asked): unknown {
    if (path.endsWith("/query")) {
      return this.page(body);
    }
    if (path.endsWith("/anchors")) {
      return this.anchors(Number(body.every ?? 1000));
    }
    if (path.endsWith("/aggregate")) {
      return this.figures(body);
    }
    if (path === "/undo") {
      return { records: 1, changeSet: `undo-${String(body.changeSet)}`, skipped: [] };
    }
    const changeSet = `cs-${this.asked.length}`;
    const list = (body.records ?? []) as { id: string; fields: Fields }[];
    if (method === "POST") {
      return { records: list.map(({ fields }) => this.make(fields)), changeSet };
    }
    if (method === "PATCH") {
      return { records: list.map(({ id, fields }) => this.change(id, fields)), changeSet };
    }
    const ids = body.ids as string[];
    for (const id of ids) {
      this.records.splice(
        this.records.findIndex((one) => one.id === id),
        1,
      );
    }
    return { deleted: ids.length, changeSet };
  }

  private figures(body: Record<string, unknown>): unknown {
    const [by] = (body.groupBy ?? []) as { field: string }[];
    if (by === undefined) {
      return { groups: [{ keys: [], metrics: [this.records.length] }] };
    }
    const counts = new Map<unknown, number>();
    for (const { fields } of this.records) {
      counts.set(fields[by.field], (counts.get(fields[by.field]) ?? 0) + 1);
    }
    const from = Number(body.cursor ?? 0);
    const to = from + Number(body.limit ?? 1000);
    const groups = [...counts].slice(from, to).map(([key, count]) => ({ keys: [key], metrics: [count] }));
    return { groups, ...(to < counts.size && { nextCursor: String(to) }) };
  }

  private anchors(every: number): unknown {
    const cursors = this.records
      .filter((_, i) => (i + 1) % every === 0 && i + 1 < this.records.length)
      .map((one) => one.id.slice(4));
    return { count: this.records.length, cursors };
  }

  private page(body: Record<string, unknown>): unknown {
    const after = Number(body.cursor ?? 0);
    const from = this.records.filter((one) => Number(one.id.slice(4)) <= after).length;
    const limit = Number(body.limit ?? 50);
    const bare = Array.isArray(body.fields) && body.fields.length === 0;
    const records = this.records
      .slice(from, from + limit)
      .map((one) => (bare ? { id: one.id, version: one.version, fields: {} } : one));
    const more = from + limit < this.records.length;
    return {
      records,
      ...(more && { nextCursor: records.at(-1)?.id.slice(4) }),
      ...((body.count === true || body.count === "exact") && { count: this.records.length }),
    };
  }
}

/** Lets everything that waits for an answer go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await Promise.resolve();
    await new Promise((done) => setTimeout(done, 0));
  }
}

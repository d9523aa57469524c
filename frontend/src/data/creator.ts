/** Making records: seen at once, sent when nothing that is required is missing, kept when refused. */
import { ApiError } from "@/api/problem";
import { inputOf } from "./drafts";
import { isPassing, type Outbox } from "./outbox";
import type { RowStore } from "./row-store";
import { type Fields, type WireRecord, wire } from "./wire";

export interface CreatorInput {
  readonly rows: RowStore;
  readonly outbox: Outbox;
  /** A record got its id. */
  readonly onMade: (from: string, to: string) => void;
  readonly onRefused: (error: unknown, records: number) => void;
  /** Requests have been answered: nothing is on its way any more. */
  readonly onIdle: () => void;
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

export class Creator {
  /** Keys without which the server takes no record. */
  required: readonly string[] = [];
  /** Records that are not complete yet; nobody else sees them. */
  private readonly drafts = new Map<string, WireRecord>();
  private running = 0;
  private readonly input: CreatorInput;

  constructor(input: CreatorInput) {
    this.input = input;
  }

  get busy(): boolean {
    return this.running > 0;
  }

  isDraft(id: string): boolean {
    return this.drafts.has(id);
  }

  /** What a draft still needs. */
  missing(id: string): readonly string[] {
    const draft = this.drafts.get(id);
    return draft === undefined ? [] : this.lacking(draft.fields);
  }

  /** Sends the records that are complete and keeps the others as drafts. */
  add(records: readonly WireRecord[]): void {
    const ready = records.filter((record) => this.lacking(record.fields).length === 0);
    for (const record of records) {
      if (!ready.includes(record)) {
        this.drafts.set(record.id, record);
      }
    }
    for (let from = 0; from < ready.length; from += 1000) {
      this.send(ready.slice(from, from + 1000));
    }
  }

  /** Changes a draft; answers whether it was one. */
  edit(id: string, fields: Fields): boolean {
    const draft = this.drafts.get(id);
    if (draft === undefined) {
      return false;
    }
    const next = { ...draft, fields: { ...draft.fields, ...fields } };
    this.input.rows.take([next]);
    this.drafts.delete(id);
    this.add([next]);
    return true;
  }

  discard(id: string): void {
    this.drafts.delete(id);
  }

  private lacking(fields: Fields): string[] {
    return this.required.filter((key) => isEmpty(fields[key]));
  }

  private send(records: readonly WireRecord[]): void {
    this.running += 1;
    this.input.outbox.run(records.length, async (key) => {
      try {
        const input = records.map((record) => inputOf(record.fields));
        const result = await wire.create(this.input.rows.entity, input, true, key);
        records.forEach((record, i) => {
          const made = result.records[i];
          if (made !== undefined) {
            this.input.onMade(record.id, made.id);
            this.input.rows.rename(record.id, made);
          }
        });
        this.finished();
        return result.changeSet;
      } catch (error) {
        if (isPassing(error)) {
          throw error; // the outbox tries again
        }
        this.refused(records, error);
        this.finished();
        return undefined;
      }
    });
  }

  private finished(): void {
    this.running -= 1;
    if (this.running === 0) {
      this.input.onIdle();
    }
  }

  /** One refused record stays as a draft to be mended; of many the good ones are found by halving. */
  private refused(records: readonly WireRecord[], error: unknown): void {
    const final = !(error instanceof ApiError) || error.status !== 422;
    if (final) {
      this.input.rows.remove(records.map((record) => record.id));
      this.input.onRefused(error, records.length);
    } else if (records.length === 1) {
      for (const record of records) {
        this.drafts.set(record.id, record);
      }
      this.input.onRefused(error, 1);
    } else {
      const half = records.length >> 1;
      this.send(records.slice(0, half));
      this.send(records.slice(half));
    }
  }
}

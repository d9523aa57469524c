/**
 * What was done here and is not yet on the server. Jobs go out one after the other;
 * cell edits that wait are sent together, at most 1,000 records a request.
 */
import { ApiError } from "@/api/problem";
import { isUnresolved, toInput } from "./input";
import { type Fields, type RecordPatch, type WireRecord, wire } from "./wire";

export const mostRecords = 1000;

/** Cells of one record with the values they got, and the act they belong to. */
export interface PendingPatch {
  readonly id: string;
  readonly fields: Fields;
}

export interface OutboxEvents {
  /** Cells arrived: the records as the server has them now. */
  onSaved(patches: readonly PendingPatch[], records: readonly WireRecord[]): void;
  /** Cells were refused for good; `alone` if the act was about one record. */
  onRefused(patches: readonly PendingPatch[], error: unknown, alone: boolean): void;
  /** All change sets of one act. */
  onAct(changeSets: readonly string[]): void;
  onProgress(): void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

type Job = () => Promise<void>;

export interface OutboxInput {
  readonly entity: string;
  readonly events: OutboxEvents;
  /** How long to wait before the n-th new try of what the network lost. */
  readonly delay?: (attempt: number) => Promise<void>;
  /** Ids of records made here, once the server has given them. */
  readonly realId: (id: string) => string;
}

/** Who still holds something that the server does not have. */
const busy = new Set<object>();

/** Notes whether somebody holds something that the server does not have. */
export function markUnsent(owner: object, unsent: boolean): void {
  if (unsent) {
    busy.add(owner);
  } else {
    busy.delete(owner);
  }
}

/** Whether closing the page now would lose what was done here. */
export function hasUnsent(): boolean {
  return busy.size > 0;
}

let lastKey = 0;
/** A key that lets a request be repeated without being done twice. */
export function opKey(): string {
  lastKey += 1;
  return `op-${Date.now().toString(36)}-${lastKey.toString(36)}-${crypto.randomUUID().slice(0, 8)}`;
}

const backoff = (attempt: number) =>
  new Promise<void>((done) =>
    setTimeout(done, Math.min(15_000, 400 * 2 ** attempt) * (0.7 + Math.random() * 0.6)),
  );

/** Whether the network or a busy server is to blame, so that the same may be sent again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);

export class Outbox {
  private readonly jobs: Job[] = [];
  private running = false;
  private offline = false;
  private idle: (() => void)[] = [];
  private done = 0;
  private total = 0;
  private readonly input: OutboxInput;

  constructor(input: OutboxInput) {
    this.input = input;
  }

  /** Cells on their way; undefined when all has arrived. */
  get progress(): Progress | undefined {
    return this.total === 0 ? undefined : { done: this.done, total: this.total };
  }

  /** The last try failed in the network; it goes on by itself. */
  get waiting(): boolean {
    return this.offline;
  }

  /** Ends when everything that was queued so far has its answer, or cannot be sent at all. */
  async settled(): Promise<void> {
    while (this.running && !this.offline) {
      await new Promise<void>((done) => this.idle.push(done));
    }
  }

  /** Sends one act of cell edits, in as many requests as it needs. */
  patch(patches: readonly PendingPatch[]): void {
    const cells = patches.reduce((sum, p) => sum + Object.keys(p.fields).length, 0);
    this.push(cells, async () => {
      const changeSets: string[] = [];
      for (let from = 0; from < patches.length; from += mostRecords) {
        const part = patches.slice(from, from + mostRecords);
        await this.sendPart(part, changeSets, patches.length === 1);
        this.done += part.reduce((sum, p) => sum + Object.keys(p.fields).length, 0);
        this.input.events.onProgress();
      }
      this.input.events.onAct(changeSets);
    });
  }

  /** Queues anything else that must keep its place in the order of acts. */
  run(cells: number, job: (key: string) => Promise<string | undefined>): void {
    this.push(cells, async () => {
      const key = opKey();
      const changeSet = await this.persist(() => job(key));
      this.done += cells;
      this.input.events.onAct(changeSet === undefined ? [] : [changeSet]);
    });
  }

  private push(cells: number, job: Job): void {
    this.total += cells;
    this.jobs.push(job);
    this.input.events.onProgress();
    void this.drain();
  }

  private async drain(): Promise<void> {
    if (this.running) {
      return;
    }
    this.running = true;
    busy.add(this);
    for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift()) {
      await job();
    }
    this.running = false;
    busy.delete(this);
    this.done = 0;
    this.total = 0;
    this.wakeIdle();
    this.input.events.onProgress();
  }

  private wakeIdle(): void {
    const waiting = this.idle;
    this.idle = [];
    for (const wake of waiting) {
      wake();
    }
  }

  /** A batch goes in as a whole or not at all; a refused one is halved until the bad records stand alone. */
  private async sendPart(
    patches: readonly PendingPatch[],
    changeSets: string[],
    alone: boolean,
  ): Promise<void> {
    const key = opKey();
    const typecast = patches.some((p) => Object.values(p.fields).some(isUnresolved));
    const records: RecordPatch[] = patches.map((p) => ({
      id: this.input.realId(p.id),
      fields: Object.fromEntries(Object.entries(p.fields).map(([k, v]) => [k, toInput(v)])),
    }));
    try {
      const result = await this.persist(() => wire.patch(this.input.entity, records, typecast, key));
      if (result.changeSet !== undefined) {
        changeSets.push(result.changeSet);
      }
      this.input.events.onSaved(patches, result.records);
    } catch (error) {
      if (patches.length === 1 || !(error instanceof ApiError) || error.status >= 500) {
        this.input.events.onRefused(patches, error, alone);
        return;
      }
      const half = patches.length >> 1;
      await this.sendPart(patches.slice(0, half), changeSets, alone);
      await this.sendPart(patches.slice(half), changeSets, alone);
    }
  }

  /** Tries until the network lets it through; other errors are final. */
  private async persist<T>(act: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await act();
        this.setOffline(false);
        return result;
      } catch (error) {
        if (!isPassing(error)) {
          this.setOffline(false);
          throw error;
        }
        this.setOffline(true);
        await (this.input.delay ?? backoff)(attempt);
      }
    }
  }

  private setOffline(offline: boolean): void {
    if (this.offline !== offline) {
      this.offline = offline;
      this.wakeIdle();
      this.input.events.onProgress();
    }
  }
}

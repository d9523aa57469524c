/**
 * Values of the record in the panel that the rules of the table refused: they stay on the page, and
 * go out together with the next value, for what breaks a rule alone may keep it with another.
 */
import { ApiError } from "@/api/problem";
import { markUnsent, type PendingPatch } from "./outbox";
import type { Fields } from "./wire";

export interface Held {
  readonly id: string;
  readonly fields: Fields;
  readonly error: ApiError;
}

/** What another value of the same record may put right. */
const curable: ReadonlySet<string> = new Set([
  "record.ruleFailed",
  "field.required",
  "field.notUniqueTogether",
  "link.filtered",
]);

/** Whether a refusal is only about how values of one record fit together. */
export function isCurable(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || error.status >= 500) {
    return false;
  }
  const codes = error.errors.length > 0 ? error.errors.map(({ code }) => code) : [error.code];
  return codes.every((code) => curable.has(code));
}

export interface HeldHost {
  idOf(id: string): string;
  /** The values of these cells are the server's again. */
  drop(id: string, keys: readonly string[]): void;
  changed(held: Held | undefined): void;
  /** Values were left behind that nothing had put right. */
  lost(error: ApiError, cells: number): void;
}

/** Keeps what the rules refused of the one record that is being filled in. */
export class HeldValues {
  private filling: string | undefined;
  private held: Held | undefined;
  private readonly host: HeldHost;

  constructor(host: HeldHost) {
    this.host = host;
  }

  /** From now on values of this record may wait; answers how to end that. */
  fill(id: string): () => void {
    this.filling = id;
    return () => {
      this.filling = undefined;
      const { held } = this;
      this.letGo();
      if (held !== undefined) {
        this.host.lost(held.error, Object.keys(held.fields).length);
      }
    };
  }

  /** Takes what was refused, if it may wait. */
  take(patches: readonly PendingPatch[], error: unknown, alone: boolean): boolean {
    const [only] = patches;
    const ours = alone && only && this.filling && this.host.idOf(this.filling) === this.host.idOf(only.id);
    if (!ours || !isCurable(error)) {
      return false;
    }
    this.letGo();
    this.set({ ...only, error });
    return true;
  }

  letGo(): void {
    const { held } = this;
    if (held !== undefined) {
      this.host.drop(this.host.idOf(held.id), Object.keys(held.fields));
      this.set(undefined);
    }
  }

  /** What waits for another value of its record goes with it. */
  with(changes: ReadonlyMap<string, Fields>): ReadonlyMap<string, Fields> {
    const { held, host } = this;
    const next = held && [...changes].find(([id]) => host.idOf(id) === host.idOf(held.id));
    if (held === undefined || next === undefined) {
      return changes;
    }
    this.letGo();
    return new Map([...changes, [next[0], { ...held.fields, ...next[1] }]]);
  }

  private set(held: Held | undefined): void {
    this.held = held;
    markUnsent(this, held !== undefined);
    this.host.changed(held);
  }
}

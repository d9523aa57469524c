/** Marks that fade with time: flashes on cells and the labels of other people. */

import type { CellRef } from "./edit-types";
import type { FlashState, PresenceState } from "./paint/frame";
import type { PresenceMark } from "./types";

const flashTime = 1_400;
const labelTime = 2_000;

const cellKey = (rowId: string, key: string) => `${rowId}\n${key}`;

export class Flashes {
  private readonly cells = new Map<string, { kind: FlashState["kind"]; start: number }>();

  add(cells: readonly CellRef[], kind: FlashState["kind"], now: number): void {
    for (const { rowId, key } of cells) {
      this.cells.set(cellKey(rowId, key), { kind, start: now });
    }
  }

  /** Forgets what has faded and tells whether something is left. */
  tick(now: number): boolean {
    for (const [key, { start }] of this.cells) {
      if (now - start >= flashTime) {
        this.cells.delete(key);
      }
    }
    return this.cells.size > 0;
  }

  at(rowId: string, key: string, now: number): FlashState | undefined {
    const flash = this.cells.get(cellKey(rowId, key));
    return flash && { kind: flash.kind, strength: Math.max(0, 1 - (now - flash.start) / flashTime) };
  }
}

/** Knows since when other people stand where they stand. */
export class Peers {
  private peers = new Map<string, { mark: PresenceMark; since: number }>();

  set(marks: readonly PresenceMark[], now: number): void {
    const next = new Map<string, { mark: PresenceMark; since: number }>();
    for (const mark of marks) {
      const before = this.peers.get(mark.userId);
      const same = before?.mark.rowId === mark.rowId && before.mark.key === mark.key;
      next.set(mark.userId, { mark, since: same && before ? before.since : now });
    }
    this.peers = next;
  }

  states(now: number): PresenceState[] {
    return [...this.peers.values()].map(({ mark, since }) => ({
      mark,
      full: mark.editing === true || now - since < labelTime,
    }));
  }

  /** Milliseconds until the next label collapses, if any will. */
  nextChange(now: number): number | undefined {
    const left = [...this.peers.values()]
      .filter(({ mark }) => mark.editing !== true)
      .map(({ since }) => since + labelTime - now)
      .filter((ms) => ms > 0);
    return left.length === 0 ? undefined : Math.min(...left);
  }
}

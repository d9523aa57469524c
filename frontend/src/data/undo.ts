/** What can be undone here, and done again. One act may be several change sets. */
import { wire } from "./wire";

export interface UndoState {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

const mostActs = 100;

export class UndoStack {
  private readonly past: (readonly string[])[] = [];
  private readonly future: (readonly string[])[] = [];
  private moves: Promise<unknown> = Promise.resolve();
  private state: UndoState = { canUndo: false, canRedo: false };
  private readonly listeners = new Set<() => void>();
  private readonly applied: (skipped: number) => void;
  private readonly settled: () => Promise<void>;

  /**
   * `applied` hears that records changed, and how many were left alone because others changed them since.
   * `settled` ends when what was done before has an answer, and so stands in the list of acts.
   */
  constructor(applied: (skipped: number) => void, settled: () => Promise<void>) {
    this.applied = applied;
    this.settled = settled;
  }

  readonly read = (): UndoState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Remembers an act; what was undone before it is forgotten. */
  push(changeSets: readonly string[]): void {
    if (changeSets.length > 0) {
      this.past.push(changeSets);
      this.past.splice(0, this.past.length - mostActs);
      this.future.length = 0;
      this.tell();
    }
  }

  /** Takes the last act back. Answers whether there was one; throws what the server refused. */
  undo(): Promise<boolean> {
    return this.inTurn(() => this.move(this.past, this.future));
  }

  redo(): Promise<boolean> {
    return this.inTurn(() => this.move(this.future, this.past));
  }

  /** One after the other, however fast the keys are pressed, and after what is on its way. */
  private inTurn(move: () => Promise<boolean>): Promise<boolean> {
    const turn = this.moves.then(() => this.settled()).then(move);
    this.moves = turn.catch(() => undefined);
    return turn;
  }

  private async move(from: (readonly string[])[], to: (readonly string[])[]): Promise<boolean> {
    const act = from.pop();
    if (act === undefined) {
      return false;
    }
    try {
      let skipped = 0;
      const inverse: string[] = [];
      for (const changeSet of [...act].reverse()) {
        const result = await wire.undo(changeSet);
        if (result.changeSet !== undefined) {
          inverse.push(result.changeSet);
        }
        skipped += result.skipped?.length ?? 0;
      }
      this.applied(skipped);
      if (inverse.length > 0) {
        to.push(inverse);
      }
      return true;
    } finally {
      this.tell();
    }
  }

  private tell(): void {
    this.state = { canUndo: this.past.length > 0, canRedo: this.future.length > 0 };
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}

/** Something that the grid and React both watch. */
import type { SourceChange } from "@/grid/types";

export class Observable<State> {
  protected state: State;
  private readonly listeners = new Set<(change: SourceChange) => void>();
  private readonly stateListeners = new Set<() => void>();

  constructor(state: State) {
    this.state = state;
  }

  readonly readState = (): State => this.state;

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  readonly subscribe = (listener: (change: SourceChange) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  protected tell(change: SourceChange): void {
    for (const listener of [...this.listeners]) {
      listener(change);
    }
  }

  protected setState(next: Partial<State>): void {
    this.state = { ...this.state, ...next };
    for (const listener of [...this.stateListeners]) {
      listener();
    }
  }
}

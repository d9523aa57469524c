/** The page's editor of one cell, seen from the grid. */
import type { EditorListener, EditorMove, EditorSession } from "../edit-types";
import type { GridColumn, GridRow, Rect } from "../types";

/** The cell that is edited. */
export interface EditTarget {
  readonly rowId: string;
  readonly row: GridRow;
  readonly index: number;
  readonly column: GridColumn;
  readonly col: number;
}

interface SessionInput {
  readonly target: EditTarget;
  readonly initialText: string | null;
  readonly rect: Rect;
  readonly typed: () => string;
  readonly clear: () => void;
  readonly put: (value: unknown) => void;
  readonly close: (move: EditorMove) => void;
}

export class Session {
  readonly face: EditorSession;
  private readonly listeners = new Set<EditorListener>();
  private open = true;

  constructor(input: SessionInput) {
    const { row, index, column, rowId } = input.target;
    const end = (move: EditorMove) => {
      if (this.open) {
        input.close(move);
      }
    };
    this.face = {
      cell: { rowId, key: column.key },
      row,
      rowIndex: index,
      column,
      value: row.fields[column.key],
      rect: input.rect,
      initialText: input.initialText,
      text: input.typed,
      clear: () => {
        if (this.open) {
          input.clear();
        }
      },
      listen: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
      put: (value) => {
        if (this.open) {
          input.put(value);
        }
      },
      commit: (value, move = "none") => {
        if (this.open) {
          input.put(value);
          end(move);
        }
      },
      cancel: () => end("none"),
    };
  }

  text(value: string, composing: boolean): void {
    for (const l of this.listeners) {
      l.text?.(value, composing);
    }
  }

  key(event: KeyboardEvent): boolean {
    return [...this.listeners].some((l) => l.key?.(event) === true);
  }

  moved(rect: Rect): void {
    for (const l of this.listeners) {
      l.rect?.(rect);
    }
  }

  closed(): void {
    this.open = false;
    for (const l of [...this.listeners]) {
      l.close?.();
    }
    this.listeners.clear();
  }
}

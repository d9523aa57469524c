/** Edits: what the grid asks the page to change, and the page's own editors. */
import type { GridColumn, GridRow, Rect } from "./types";

/** One cell by its record and column. */
export interface CellRef {
  readonly rowId: string;
  readonly key: string;
}

/** A cell that gets a new value. */
export interface CellEdit extends CellRef {
  readonly row: number;
  readonly value: unknown;
  /** What was typed or pasted, if the value came from text. */
  readonly text?: string | undefined;
}

export type EditOrigin = "type" | "editor" | "toggle" | "paste" | "cut" | "clear" | "fill";

/**
 * All that one act of the user changes. The page applies it to its source before it
 * returns, so that the next frame shows it, and sends it to the server afterwards.
 */
export interface EditBatch {
  readonly origin: EditOrigin;
  readonly edits: readonly CellEdit[];
  /** New records, when a paste reaches below the last one: values by column key. */
  readonly added: readonly Readonly<Record<string, unknown>>[];
  /** Cells that could not take the text or may not be changed. The grid flashes them. */
  readonly refused: readonly CellRef[];
}

/** How the selection moves when an editor closes. */
export type EditorMove = "none" | "down" | "up" | "right" | "left";

/** What a popover editor may listen to while the grid's own input keeps the focus. */
export interface EditorListener {
  /** The text typed so far; while `composing` it still holds what the input method spells. */
  text?(value: string, composing: boolean): void;
  /** Keys that are not text; true stops the grid from acting on them. */
  key?(event: KeyboardEvent): boolean;
  /** The cell moved on screen (client coordinates). */
  rect?(rect: Rect): void;
  /** The grid closed the session: another cell was chosen or the row went away. */
  close?(): void;
}

/**
 * One cell being edited by the page's editor. The grid's input keeps the focus, so no
 * letter is lost while the editor's code loads and input methods work; an editor reads
 * `text()` and listens. It may also take the focus: then it calls `text()` once for
 * what was typed before, and `cancel` or `commit` gives the focus back.
 */
export interface EditorSession {
  readonly cell: CellRef;
  readonly row: GridRow;
  readonly rowIndex: number;
  readonly column: GridColumn;
  readonly value: unknown;
  /** Where the cell is, in client coordinates. */
  readonly rect: Rect;
  /** What opened it: a typed text, or null for Enter, F2 and double click. */
  readonly initialText: string | null;
  text(): string;
  /** Empties what was typed: it has been used. */
  clear(): void;
  listen(listener: EditorListener): () => void;
  /** Writes a value and closes. */
  commit(value: unknown, move?: EditorMove): void;
  /** Writes a value and stays open (several options, one after the other). */
  put(value: unknown): void;
  cancel(): void;
}

/** A part of a cell was clicked that does more than select: a link, a file, a record chip. */
export interface CellAction {
  readonly kind: "open" | "part" | "set";
  /** Happens on the first click; others need a cell that is active already, or Ctrl. */
  readonly instant?: boolean | undefined;
  /** open: the address. */
  readonly href?: string | undefined;
  /** part: which one, such as a record or file id. */
  readonly id?: string | undefined;
  /** set: the new value. */
  readonly value?: unknown;
}

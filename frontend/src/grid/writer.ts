/** Turns what the user does into batches of edits. */
import { rendererOf } from "./cells/registry";
import type { GridCore } from "./core";
import type { CellEdit, CellRef, EditOrigin } from "./edit-types";
import type { Range } from "./selection";
import type { EditorKind, GridColumn, GridRow, Parsed } from "./types";

/** Collects one act of the user. */
export class Draft {
  readonly edits: CellEdit[] = [];
  readonly added: Record<string, unknown>[] = [];
  readonly refused: CellRef[] = [];
}

export class Writer {
  private readonly core: GridCore;

  constructor(core: GridCore) {
    this.core = core;
  }

  kindOf(column: GridColumn): EditorKind {
    return column.editor ?? rendererOf(column.type, this.core.options.renderers).editor;
  }

  canWrite(row: GridRow, column: GridColumn): boolean {
    if (this.core.options.readOnly === true || column.readOnly === true || this.kindOf(column) === "none") {
      return false;
    }
    return row.locked !== "all" && row.locked?.has(column.key) !== true;
  }

  /** The same, and tells the user if not. */
  mayWrite(row: GridRow, column: GridColumn): boolean {
    const may = this.canWrite(row, column);
    if (!may) {
      this.core.notice("readOnly", 1);
    }
    return may;
  }

  /** The value of a text; undefined if the column refuses it. */
  parse(column: GridColumn, text: string): Parsed | undefined {
    if (text === "") {
      return { value: null };
    }
    return column.parse === undefined ? { value: text } : column.parse(text);
  }

  /** Plain text of a cell. */
  textOf(row: GridRow, column: GridColumn): string {
    const value = row.fields[column.key];
    return column.format?.(value) ?? this.format(value, column);
  }

  /** The text that an editor of the cell starts with. */
  textToEdit(row: GridRow, column: GridColumn): string {
    const own = rendererOf(column.type, this.core.options.renderers).edit;
    return own?.(row.fields[column.key], column) ?? this.textOf(row, column);
  }

  /** Writes one cell. */
  put(index: number, column: GridColumn, value: unknown, origin: EditOrigin): void {
    this.typed(index, column, { value }, origin);
  }

  /** Writes what a text was read as; undefined is a refused text. */
  typed(
    index: number,
    column: GridColumn,
    parsed: Parsed | undefined,
    origin: EditOrigin,
    text?: string,
  ): void {
    const draft = new Draft();
    this.add(draft, index, column, parsed, text);
    this.send(draft, origin);
  }

  /** Adds a cell to a draft; a row that may not be changed goes to the refused ones. */
  add(draft: Draft, index: number, column: GridColumn, parsed: Parsed | undefined, text?: string): void {
    const row = this.core.row(index);
    if (row === undefined) {
      return;
    }
    if (parsed === undefined || !this.canWrite(row, column)) {
      draft.refused.push({ rowId: row.id, key: column.key });
      return;
    }
    draft.edits.push({ rowId: row.id, row: index, key: column.key, value: parsed.value, text });
  }

  send(draft: Draft, origin: EditOrigin): void {
    const { edits, added, refused } = draft;
    if (edits.length + added.length + refused.length === 0) {
      return;
    }
    this.core.options.onEdit?.({ origin, edits, added, refused });
    if (refused.length > 0) {
      this.core.flashes.add(refused, "reject", performance.now());
      if (edits.length + added.length === 0) {
        this.core.notice("readOnly", refused.length);
      }
    }
    this.core.draw();
  }

  /** Empties all cells of a range that are not empty. */
  async clear(range: Range, origin: "clear" | "cut"): Promise<void> {
    await this.loaded(range);
    const draft = new Draft();
    this.eachCell(range, (index, column, row) => {
      const value = row.fields[column.key];
      if (value !== null && value !== undefined) {
        this.add(draft, index, column, { value: null });
      }
    });
    this.send(draft, origin);
  }

  /** Copies the first row of a range down; a single cell takes the value above it. */
  async fillDown(range: Range): Promise<void> {
    const above = range.top === range.bottom ? this.core.view.rows.step(range.top, -1) : range.top;
    await this.loaded({ ...range, top: Math.min(above, range.top) });
    const source = this.core.row(above);
    if (source === undefined || above === range.bottom) {
      return;
    }
    const draft = new Draft();
    this.eachCell({ ...range, top: range.top === above ? range.top + 1 : range.top }, (index, column) =>
      this.add(
        draft,
        index,
        column,
        column.sealed ? undefined : { value: source.fields[column.key] ?? null },
      ),
    );
    this.send(draft, "fill");
  }

  /** Calls back for every loaded cell of a range that is not in a collapsed group. */
  eachCell(range: Range, call: (index: number, column: GridColumn, row: GridRow) => void): void {
    for (const run of this.core.view.rows.runs(range.top, range.bottom)) {
      for (let index = run.from; index <= run.to; index++) {
        const row = this.core.row(index);
        for (let col = range.left; row !== undefined && col <= range.right; col++) {
          const column = this.core.view.column(col);
          if (column !== undefined) {
            call(index, column, row);
          }
        }
      }
    }
  }

  isLoaded(range: Pick<Range, "top" | "bottom">): boolean {
    return this.core.view.rows.runs(range.top, range.bottom).every(({ from, to }) => {
      for (let index = from; index <= to; index++) {
        if (this.core.row(index) === undefined) {
          return false;
        }
      }
      return true;
    });
  }

  /** Resolves when all rows of a range are there; at once if they are. */
  async loaded(range: Pick<Range, "top" | "bottom">): Promise<void> {
    if (!this.isLoaded(range)) {
      await this.core.options.source.load(range.top, range.bottom + 1);
    }
  }

  private format(value: unknown, column: GridColumn): string {
    const { renderers, text } = this.core.options;
    return rendererOf(column.type, renderers).format(value, column, this.core.formats, text);
  }
}

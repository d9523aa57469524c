/** Copy, cut and paste of cells. */
import { readTable, tiled, toHtml, toTsv } from "../clipboard";
import type { GridCore } from "../core";
import type { Range } from "../selection";
import type { GridColumn } from "../types";
import { Draft, type Writer } from "../writer";

/** What was copied last, with its values: pasting it here loses nothing to text. */
interface Copied {
  readonly text: string;
  readonly keys: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

interface Table {
  readonly texts: string[][];
  readonly values: unknown[][];
  readonly keys: string[];
}

export class ClipboardInput {
  private last: Copied | undefined;
  private readonly core: GridCore;
  private readonly writer: Writer;

  constructor(core: GridCore, writer: Writer) {
    this.core = core;
    this.writer = writer;
    const { input } = core.dom;
    input.addEventListener("copy", (e) => this.take(e, false));
    input.addEventListener("cut", (e) => this.take(e, true));
    input.addEventListener("paste", (e) => this.pasted(e));
  }

  /** Copies the selection without an event: a menu asked for it. */
  async copy(): Promise<void> {
    const { range } = this.core;
    if (range !== undefined) {
      await this.copyLater(range);
    }
  }

  private take(e: ClipboardEvent, cut: boolean): void {
    const { range } = this.core;
    if (this.core.editing || range === undefined || e.clipboardData === null) {
      return;
    }
    e.preventDefault();
    if (this.writer.isLoaded(range)) {
      const { text, html } = this.remember(this.read(range));
      e.clipboardData.setData("text/plain", text);
      e.clipboardData.setData("text/html", html);
      this.core.notice("copied", cellsIn(range));
    }
    this.core.run(this.takeLater(range, cut));
  }

  private async takeLater(range: Range, cut: boolean): Promise<void> {
    const copied = this.writer.isLoaded(range) || (await this.copyLater(range));
    if (cut && copied) {
      await this.writer.clear(range, "cut");
    }
  }

  /** Copies more than is loaded: the clipboard waits for the rows. */
  private async copyLater(range: Range): Promise<boolean> {
    this.core.notice("copying", cellsIn(range));
    const ready = this.writer.loaded(range).then(() => this.remember(this.read(range)));
    const part = async (type: string, pick: (c: { text: string; html: string }) => string) =>
      new Blob([pick(await ready)], { type });
    try {
      await navigator.clipboard.write([
        new ClipboardItem({
          "text/plain": part("text/plain", (c) => c.text),
          "text/html": part("text/html", (c) => c.html),
        }),
      ]);
      this.core.notice("copied", cellsIn(range));
      return true;
    } catch {
      this.core.notice("copyFailed", cellsIn(range));
      return false;
    }
  }

  private read(range: Range): Table {
    const columns = this.core.options.columns.slice(range.left, range.right + 1);
    const texts: string[][] = [];
    const values: unknown[][] = [];
    for (const run of this.core.view.rows.runs(range.top, range.bottom)) {
      for (let index = run.from; index <= run.to; index++) {
        const row = this.core.row(index);
        if (row !== undefined) {
          texts.push(columns.map((c) => this.writer.textOf(row, c)));
          values.push(columns.map((c) => (c.sealed ? undefined : (row.fields[c.key] ?? null))));
        }
      }
    }
    return { texts, values, keys: columns.map((c) => c.key) };
  }

  private remember({ texts, values, keys }: Table): { text: string; html: string } {
    const text = toTsv(texts);
    this.last = { text, keys, values };
    return { text, html: toHtml(texts) };
  }

  private pasted(e: ClipboardEvent): void {
    const { range } = this.core;
    if (this.core.editing || range === undefined || e.clipboardData === null) {
      return;
    }
    e.preventDefault();
    const text = e.clipboardData.getData("text/plain");
    const own = this.last !== undefined && sameText(this.last.text, text) ? this.last : undefined;
    const block = readTable(text, own === undefined ? e.clipboardData.getData("text/html") : "");
    if (block.length > 0) {
      this.core.run(this.paste(block, range, own));
    }
  }

  /** Writes a block from the top left cell of the range on, as one batch. */
  private async paste(block: string[][], range: Range, own: Copied | undefined): Promise<void> {
    const { view } = this.core;
    const shown = view.rows.runs(range.top, range.bottom).reduce((n, r) => n + r.to - r.from + 1, 0);
    const texts = tiled(block, shown, range.right - range.left + 1);
    const bottom = view.rows.step(range.top, texts.length - 1);
    await this.writer.loaded({ top: range.top, bottom });
    const draft = new Draft();
    const targets = this.targets(range.top, texts.length);
    for (const [r, line] of texts.entries()) {
      const index = targets[r];
      const cells = this.cellsOf(line, r % block.length, range.left, own);
      if (index === undefined) {
        this.addRow(draft, cells);
      } else {
        for (const { column, text, value } of cells) {
          const parsed = value === undefined ? this.writer.parse(column, text) : { value };
          this.writer.add(draft, index, column, parsed, value === undefined ? text : undefined);
        }
      }
    }
    this.writer.send(draft, "paste");
    this.core.notice("pasted", draft.edits.length);
    this.selectPasted(range, targets, Math.max(...texts.map((line) => line.length)));
  }

  /** Record numbers for so many pasted lines; fewer if the table ends before. */
  private targets(top: number, lines: number): number[] {
    const found: number[] = [];
    const { rows } = this.core.view;
    for (let index = top; found.length < lines; ) {
      found.push(index);
      const next = rows.step(index, 1);
      if (next === index) {
        break;
      }
      index = next;
    }
    return found;
  }

  private cellsOf(line: readonly string[], r: number, left: number, own: Copied | undefined): Cell[] {
    const cells: Cell[] = [];
    for (const [c, text] of line.entries()) {
      const column = this.core.view.column(left + c);
      if (column !== undefined) {
        const from = own === undefined ? 0 : c % own.keys.length;
        const same = own?.keys[from] === column.key;
        cells.push({ column, text, value: same ? own?.values[r]?.[from] : undefined });
      }
    }
    return cells;
  }

  private addRow(draft: Draft, cells: readonly Cell[]): void {
    if (this.core.options.canAddRow !== true || this.core.options.readOnly === true) {
      return;
    }
    const fields: Record<string, unknown> = {};
    for (const { column, text, value } of cells) {
      const parsed = value === undefined ? this.writer.parse(column, text) : { value };
      const writable = column.readOnly !== true && this.writer.kindOf(column) !== "none";
      if (writable && parsed !== undefined && parsed.value !== null) {
        fields[column.key] = parsed.value;
      }
    }
    draft.added.push(fields);
  }

  private selectPasted(range: Range, targets: readonly number[], width: number): void {
    const right = Math.min(this.core.view.cols.count - 1, range.left + width - 1);
    this.core.select({
      mode: "cells",
      anchor: { row: range.top, col: range.left },
      head: { row: targets.at(-1) ?? range.top, col: right },
    });
  }
}

interface Cell {
  readonly column: GridColumn;
  readonly text: string;
  /** Undefined: the text has to be read. */
  readonly value: unknown;
}

const cellsIn = (r: Range) => (r.bottom - r.top + 1) * (r.right - r.left + 1);

/** Clipboards may change line ends. */
function sameText(a: string, b: string): boolean {
  return a === b || a === b.replaceAll("\r\n", "\n");
}

/** The state that the parts of a grid share, and what they do to it. */
import { Checks } from "./checks";
import type { GridDom } from "./dom";
import { Formats } from "./format";
import type { Hit } from "./hit-test";
import { Flashes, Peers } from "./marks";
import type { ColumnDrag } from "./paint/frame";
import { clamped, type Range, rangeOf, type Selection, single } from "./selection";
import type { GridColumn, GridNotice, GridOptions, GridRow, GridSelection, Rect } from "./types";
import { GridView } from "./view";

export class GridCore {
  readonly view: GridView;
  readonly dom: GridDom;
  readonly checks = new Checks();
  readonly flashes = new Flashes();
  readonly peers = new Peers();
  formats: Formats;
  hover: Hit = { kind: "void" };
  drag: ColumnDrag | undefined;
  focused = false;
  editing = false;
  /** The last pointer was a finger. */
  touch = false;
  private current: Selection | undefined;
  private activeId: string | undefined;
  private readonly widths = new Map<string, { width: number; instead: number }>();
  private readonly redraw: () => void;

  constructor(dom: GridDom, options: GridOptions, redraw: () => void) {
    this.dom = dom;
    this.redraw = redraw;
    this.view = new GridView(options);
    this.formats = new Formats(options.locale);
  }

  get options(): GridOptions {
    return this.view.options;
  }

  get selection(): Selection | undefined {
    return this.current;
  }

  get range(): Range | undefined {
    return this.current && rangeOf(this.current, this.view.extent);
  }

  draw(): void {
    this.redraw();
  }

  row(index: number): GridRow | undefined {
    return this.options.source.row(index);
  }

  /** The active cell, if its row is loaded. */
  active(): { row: GridRow; index: number; column: GridColumn; col: number } | undefined {
    const s = this.current;
    const row = s && this.row(s.anchor.row);
    const column = s && this.view.column(s.anchor.col);
    return s && row && column && { row, index: s.anchor.row, column, col: s.anchor.col };
  }

  /** Takes new options; widths that the user is dragging stay. */
  setOptions(options: GridOptions): void {
    const before = this.current && this.keysOf(this.current);
    if (options.locale !== this.formats.locale) {
      this.formats = new Formats(options.locale);
    }
    for (const column of options.columns) {
      if (this.widths.get(column.key)?.instead !== column.width) {
        this.widths.delete(column.key);
      }
    }
    const columns = options.columns.map((c) => {
      const dragged = this.widths.get(c.key);
      return dragged === undefined ? c : { ...c, width: dragged.width };
    });
    this.view.options = this.widths.size === 0 ? options : { ...options, columns };
    this.layout();
    this.keepColumns(before);
  }

  /** Shows a column in another width until the page gives it one. */
  setWidth(col: number, width: number): void {
    const column = this.view.column(col);
    if (column === undefined) {
      return;
    }
    const instead = this.widths.get(column.key)?.instead ?? column.width;
    this.widths.set(column.key, { width, instead });
    const columns = this.options.columns.map((c, i) => (i === col ? { ...c, width } : c));
    this.view.options = { ...this.options, columns };
    this.layout();
  }

  /** Recomputes sizes and sets the scroller to match. */
  layout(): void {
    const { view, dom } = this;
    view.layout();
    dom.spacer.style.width = `${view.cols.total}px`;
    dom.spacer.style.height = `${view.scroll.elementHeight}px`;
    this.draw();
  }

  /** The rows are others now: the selection follows its record. */
  rowsChanged(): void {
    const s = this.current;
    this.layout();
    if (s === undefined) {
      return;
    }
    const at = this.activeId === undefined ? -1 : this.options.source.indexOf(this.activeId);
    const shift = at < 0 ? 0 : at - s.anchor.row;
    const next = clamped(
      {
        mode: s.mode,
        anchor: { row: s.anchor.row + shift, col: s.anchor.col },
        head: { row: s.head.row + shift, col: s.head.col },
      },
      this.view.extent,
    );
    this.change(next);
  }

  select(selection: Selection | undefined): void {
    this.change(selection && clamped(selection, this.view.extent));
  }

  selectCell(row: number, col: number): void {
    this.select(single({ row, col }));
    this.reveal(row, col);
  }

  /** Scrolls a cell into view. */
  reveal(row: number, col: number): void {
    const { top, left } = this.view.positionFor(row, col);
    this.scrollTo(top, left);
  }

  scrollTo(top: number, left: number): void {
    const { view, dom } = this;
    if (top !== view.scroll.top) {
      dom.scroller.scrollTop = view.scroll.goTo(top);
    }
    if (left !== view.left) {
      view.left = Math.max(0, Math.min(left, view.cols.total - view.width));
      dom.scroller.scrollLeft = view.left;
    }
    this.draw();
  }

  notice(kind: GridNotice["kind"], cells: number): void {
    this.options.onNotice?.({ kind, cells });
  }

  /** Lets an act go on when its rows are there. */
  run(act: Promise<unknown>): void {
    act.catch(() => this.notice("loadFailed", 0));
  }

  checksChanged(): void {
    this.options.onCheck?.(this.checks.read(this.view.rows.count));
    this.draw();
  }

  /** A rectangle of the canvas in client coordinates. */
  toClient(rect: Rect): Rect {
    const box = this.dom.canvas.getBoundingClientRect();
    return { ...rect, x: rect.x + box.left, y: rect.y + box.top };
  }

  describeSelection(): GridSelection | undefined {
    const { current: s, range } = this;
    if (s === undefined || range === undefined) {
      return undefined;
    }
    return {
      active: {
        row: s.anchor.row,
        rowId: this.row(s.anchor.row)?.id,
        key: this.view.column(s.anchor.col)?.key ?? "",
      },
      rows: { from: range.top, to: range.bottom },
      columns: { from: range.left, to: range.right },
      cells: (range.bottom - range.top + 1) * (range.right - range.left + 1),
    };
  }

  private change(next: Selection | undefined): void {
    const same = JSON.stringify(next) === JSON.stringify(this.current);
    this.current = next;
    const id = next && this.row(next.anchor.row)?.id;
    const sameRow = id === this.activeId;
    this.activeId = id;
    this.draw();
    if (!same || !sameRow) {
      this.options.onSelect?.(this.describeSelection());
    }
  }

  private keysOf(s: Selection): { anchor: string | undefined; head: string | undefined } {
    return { anchor: this.view.column(s.anchor.col)?.key, head: this.view.column(s.head.col)?.key };
  }

  /** After columns were added, hidden or moved the selection stays on its own. */
  private keepColumns(before: { anchor: string | undefined; head: string | undefined } | undefined): void {
    const s = this.current;
    if (s === undefined || before === undefined) {
      return;
    }
    const anchor = this.view.columnIndex(before.anchor ?? "");
    const head = this.view.columnIndex(before.head ?? "");
    if (anchor === s.anchor.col && head === s.head.col) {
      return;
    }
    const to = (col: number, old: number) => (col < 0 ? old : col);
    this.select({
      mode: s.mode,
      anchor: { row: s.anchor.row, col: to(anchor, s.anchor.col) },
      head: { row: s.head.row, col: to(head, s.head.col) },
    });
  }
}

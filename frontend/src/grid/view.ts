/** Where everything is: layouts, scroll position and the way from cells to the screen. */
import { ColumnLayout } from "./column-layout";
import { RowLayout } from "./row-layout";
import { ScrollMap } from "./scroll-map";
import type { Extent } from "./selection";
import type { GridColumn, GridOptions, Rect } from "./types";

export const headerHeight = 36;
export const footerHeight = 34;
const tail = 24;

export class GridView {
  rows: RowLayout;
  cols: ColumnLayout;
  readonly scroll = new ScrollMap();
  left = 0;
  width = 0;
  height = 0;

  options: GridOptions;

  constructor(options: GridOptions) {
    this.options = options;
    this.rows = rowsOf(options);
    this.cols = colsOf(options, 0);
  }

  /** Recomputes the layouts after a change of options, source or size. */
  layout(): void {
    this.rows = rowsOf(this.options);
    this.cols = colsOf(this.options, this.width);
    this.scroll.resize(headerHeight + this.rows.height + tail + this.footer, this.height);
    this.left = Math.max(0, Math.min(this.left, this.cols.total - this.width));
  }

  get footer(): number {
    return this.options.footer === undefined ? 0 : footerHeight;
  }

  /** Bottom edge of the rows on screen. */
  get bottom(): number {
    return this.height - this.footer;
  }

  get extent(): Extent {
    const { rows, cols } = this;
    return { rows: rows.count, cols: cols.count, step: (row, delta) => rows.step(row, delta) };
  }

  column(index: number): GridColumn | undefined {
    return this.options.columns[index];
  }

  columnIndex(key: string): number {
    return this.options.columns.findIndex((c) => c.key === key);
  }

  /** Height on screen of a height in the layout. */
  screenY(y: number): number {
    return headerHeight + y - this.scroll.top;
  }

  /** Height in the layout of a height on screen. */
  layoutY(y: number): number {
    return y - headerHeight + this.scroll.top;
  }

  /** Where a cell is, seen or not; undefined inside a collapsed group. */
  rect(row: number, col: number): Rect | undefined {
    const y = this.rows.yOf(row);
    if (y === undefined || col < 0 || col >= this.cols.count) {
      return undefined;
    }
    return {
      x: this.cols.x(col, this.left),
      y: this.screenY(y),
      width: this.cols.widthOf(col),
      height: this.rows.rowHeight,
    };
  }

  /** The scroll position that shows a cell whole, or as much of it as fits. */
  positionFor(row: number, col: number): { top: number; left: number } {
    let { top } = this.scroll;
    let { left } = this;
    const y = this.rows.yOf(row);
    if (y !== undefined) {
      const room = this.bottom - headerHeight;
      top = Math.min(top, y);
      top = Math.max(top, y + this.rows.rowHeight - room);
    }
    if (col >= this.cols.frozen && col < this.cols.count) {
      const x = this.cols.left(col);
      left = Math.max(left, x + this.cols.widthOf(col) - this.width + 1);
      left = Math.min(left, x - this.cols.frozenWidth);
    }
    return { top, left };
  }

  /** Numbers of the records on screen, `to` excluded. */
  shownRows(): { from: number; to: number } {
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const line of this.rows.between(this.scroll.top, this.scroll.top + this.bottom - headerHeight)) {
      if (line.kind === "record") {
        from = Math.min(from, line.index);
        to = Math.max(to, line.index + 1);
      }
    }
    return from < to ? { from, to } : { from: 0, to: 0 };
  }
}

function rowsOf(options: GridOptions): RowLayout {
  return new RowLayout({
    count: options.source.count,
    groups: options.source.groups,
    rowHeight: options.rowHeight ?? 36,
    canAdd: options.canAddRow === true && options.readOnly !== true,
  });
}

function colsOf(options: GridOptions, viewport: number): ColumnLayout {
  return new ColumnLayout({
    columns: options.columns,
    frozen: options.frozen ?? 1,
    viewport,
    canAdd: options.canAddColumn === true,
  });
}

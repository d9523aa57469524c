/** The canvas: its size, its theme and the drawing of one frame. */

import { rendererOf } from "./cells/registry";
import type { CellPaint } from "./cells/renderer";
import type { GridCore } from "./core";
import { icons } from "./icons";
import type { Frame } from "./paint/frame";
import { paintGrid } from "./paint/paint";
import { canvasMeasure, TextFit } from "./text-fit";
import { type GridTheme, readTheme } from "./theme";
import type { GridColumn, GridRow } from "./types";
import { headerHeight } from "./view";

const noColumn: GridColumn = { key: "", title: "", type: "text", width: 0 };
const noRow: GridRow = { id: "", fields: {} };
const widest = 480;

export class Stage {
  readonly fit: TextFit;
  private readonly g: CanvasRenderingContext2D;
  private readonly core: GridCore;
  private theme: GridTheme;
  private scale = 0;

  constructor(core: GridCore) {
    const g = core.dom.canvas.getContext("2d", { alpha: false });
    if (g === null) {
      throw new Error("no 2d canvas");
    }
    this.core = core;
    this.g = g;
    this.fit = new TextFit(canvasMeasure(g));
    this.theme = readTheme(core.dom.root);
  }

  /** Tokens or fonts have changed. */
  themeChanged(): void {
    this.theme = readTheme(this.core.dom.root);
    this.fit.clear();
    this.core.draw();
  }

  /** Takes the size of the scroller; false while there is nothing to draw on. */
  resize(): boolean {
    const { view, dom } = this.core;
    const { clientWidth: width, clientHeight: height } = dom.scroller;
    const scale = devicePixelRatio || 1;
    if (width === view.width && height === view.height && scale === this.scale) {
      return width > 0;
    }
    view.width = width;
    view.height = height;
    this.scale = scale;
    dom.canvas.width = Math.round(width * scale);
    dom.canvas.height = Math.round(height * scale);
    dom.canvas.style.width = `${width}px`;
    dom.canvas.style.height = `${height}px`;
    return width > 0 && height > 0;
  }

  /** Draws everything; true if something still moves. */
  draw(now: number): boolean {
    const { core, g } = this;
    const { view } = core;
    if (view.width === 0 || view.height === 0) {
      return false;
    }
    g.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    const flashing = core.flashes.tick(now);
    const top = view.scroll.top;
    const lines = view.rows.between(top, top + view.bottom - headerHeight);
    const rows = new Map<number, GridRow | undefined>();
    for (const line of lines) {
      if (line.kind === "record") {
        rows.set(line.index, core.row(line.index));
      }
    }
    const frame: Frame = {
      paint: this.paint(),
      g,
      view,
      lines,
      rowOf: (index) => rows.get(index),
      hover: core.hover,
      focused: core.focused,
      editing: core.editing,
      touch: core.touch,
      selection: core.selection,
      range: core.range,
      checks: core.checks,
      presence: core.peers.states(now),
      flashOf: (rowId, key) => core.flashes.at(rowId, key, now),
      flashing,
      drag: core.drag,
    };
    paintGrid(frame);
    return flashing;
  }

  /** What a renderer gets for one cell; undefined if the row is not loaded. */
  cell(row: number, col: number): CellPaint | undefined {
    const { view } = this.core;
    const rect = view.rect(row, col);
    const data = this.core.row(row);
    const column = view.column(col);
    if (rect === undefined || data === undefined || column === undefined) {
      return undefined;
    }
    const { x, y, width, height } = rect;
    const line = Math.min(height, 36);
    const value = data.fields[column.key];
    const place = { x, y, width: width - 1, height: height - 1, line };
    return { ...this.paint(), ...place, value, row: data, column, strong: col === 0 };
  }

  /** Width that shows a column's head and all its cells on screen. */
  widthFor(col: number): number {
    const { view, options } = this.core;
    const column = view.column(col) ?? noColumn;
    let width = this.fit.width(this.theme.fonts.head, column.title) + 60;
    const { from, to } = view.shownRows();
    for (let row = from; row < to; row++) {
      const paint = this.cell(row, col);
      if (paint !== undefined) {
        width = Math.max(width, rendererOf(column.type, options.renderers).measure(paint) + 2);
      }
    }
    return Math.min(widest, Math.ceil(width));
  }

  private paint(): CellPaint {
    const { options, formats } = this.core;
    return {
      g: this.g,
      theme: this.theme,
      fit: this.fit,
      icons,
      formats,
      text: options.text,
      today: options.today ?? localToday(),
      x: 0,
      y: 0,
      width: 0,
      height: 0,
      line: 36,
      value: undefined,
      row: noRow,
      column: noColumn,
      hovered: false,
      strong: false,
    };
  }
}

function localToday(): string {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

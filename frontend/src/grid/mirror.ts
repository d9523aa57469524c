/** The grid for screen readers: a hidden table of what is on screen, one row and column more on each side. */
import type { GridCore } from "./core";
import type { SummaryText } from "./types";
import type { Writer } from "./writer";

const pause = 150;

export class Mirror {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private said = "";
  private readonly core: GridCore;
  private readonly writer: Writer;

  constructor(core: GridCore, writer: Writer) {
    this.core = core;
    this.writer = writer;
  }

  /** Renews the table when the grid has come to rest. */
  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.build(), pause);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private build(): void {
    const { view, dom, options } = this.core;
    const { mirror, input } = dom;
    mirror.setAttribute("aria-label", options.text.grid);
    mirror.setAttribute("aria-rowcount", String(view.rows.count + 1));
    mirror.setAttribute("aria-colcount", String(view.cols.count));
    mirror.setAttribute("aria-multiselectable", "true");
    input.setAttribute("aria-label", options.text.cellEditor);
    const cols = this.columns();
    const rows = [this.head(cols)];
    const top = view.scroll.top - view.rows.rowHeight;
    for (const line of view.rows.between(top, top + view.height + view.rows.rowHeight)) {
      if (line.kind === "record") {
        rows.push(this.line(line.index, cols));
      } else if (line.kind === "group") {
        rows.push(this.group(line.group, cols.length));
      }
    }
    mirror.replaceChildren(...rows);
    this.point();
  }

  private columns(): number[] {
    const { cols, left, width } = this.core.view;
    const { first, last } = cols.visible(left, width);
    const shown: number[] = [];
    for (let col = 0; col < cols.count; col++) {
      if (col < cols.frozen || (col >= first - 1 && col <= last + 1)) {
        shown.push(col);
      }
    }
    return shown;
  }

  private head(cols: readonly number[]): HTMLElement {
    const line = element("row", "aria-rowindex", 1);
    for (const col of cols) {
      const column = this.core.view.column(col);
      const cell = element("columnheader", "aria-colindex", col + 1);
      cell.textContent = column?.title ?? "";
      if (column?.summary !== undefined) {
        cell.setAttribute("aria-description", figure(column.summary));
      }
      if (column?.sort !== undefined) {
        cell.setAttribute("aria-sort", column.sort === "asc" ? "ascending" : "descending");
      }
      line.append(cell);
    }
    return line;
  }

  private line(index: number, cols: readonly number[]): HTMLElement {
    const { core } = this;
    const line = element("row", "aria-rowindex", index + 2);
    const row = core.row(index);
    const range = core.range;
    for (const col of cols) {
      const column = core.view.column(col);
      const cell = element("gridcell", "aria-colindex", col + 1);
      cell.id = this.cellId(index, col);
      if (row !== undefined && column !== undefined) {
        cell.textContent = this.writer.textOf(row, column);
        cell.setAttribute("aria-readonly", String(!this.writer.canWrite(row, column)));
      }
      const inRange =
        range !== undefined &&
        index >= range.top &&
        index <= range.bottom &&
        col >= range.left &&
        col <= range.right;
      cell.setAttribute("aria-selected", String(inRange));
      line.append(cell);
    }
    return line;
  }

  private group(index: number, width: number): HTMLElement {
    const { source, text } = this.core.options;
    const group = source.groups?.[index];
    const line = document.createElement("div");
    line.setAttribute("role", "row");
    line.setAttribute("aria-expanded", String(group?.collapsed !== true));
    const cell = element("gridcell", "aria-colspan", width);
    if (group !== undefined) {
      const figures = Object.values(group.summaries ?? {}).map(figure);
      cell.textContent = [group.label.text, text.groupCount(group.count), ...figures].join(" ");
    }
    line.append(cell);
    return line;
  }

  /** Tells which cell is active, aloud when it is another one. */
  private point(): void {
    const { dom, selection, options, range } = this.core;
    const active = this.core.active();
    if (selection === undefined || active === undefined || range === undefined) {
      dom.input.removeAttribute("aria-activedescendant");
      return;
    }
    dom.input.setAttribute("aria-activedescendant", this.cellId(selection.anchor.row, selection.anchor.col));
    const rows = range.bottom - range.top + 1;
    const columns = range.right - range.left + 1;
    const said =
      rows * columns > 1
        ? options.text.selected(rows, columns)
        : options.text.cell(
            active.column.title,
            this.writer.textOf(active.row, active.column),
            active.index + 1,
          );
    if (said !== this.said && this.core.focused) {
      this.said = said;
      dom.live.textContent = said;
    }
  }

  private cellId(row: number, col: number): string {
    return `${this.core.dom.mirror.id}-${row}-${col}`;
  }
}

function figure({ label, value, suffix }: SummaryText): string {
  return [label, value, suffix].filter(Boolean).join(" ");
}

function element(role: string, index: string, value: number): HTMLElement {
  const made = document.createElement("div");
  made.setAttribute("role", role);
  made.setAttribute(index, String(value));
  return made;
}

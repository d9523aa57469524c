/** Records: cells, their backgrounds and lines, row heads. */
import { rendererOf } from "../cells/registry";
import { drawSkeleton } from "../cells/text";
import { headWidth } from "../column-layout";
import type { GridColumn, GridRow } from "../types";
import { columnBox, eachColumn, type Frame, hoveredRow, isRecord, type RecordLine } from "./frame";
import { checkBox, clipped, smallText } from "./shapes";

const noRow: GridRow = { id: "", fields: {} };
const firstLine = 36;

export function drawColumns(f: Frame, part: "scrolling" | "frozen"): void {
  const records = f.lines.filter(isRecord);
  eachColumn(f, part, (col) => drawColumn(f, col, records));
}

function drawColumn(f: Frame, col: number, records: readonly RecordLine[]): void {
  const column = f.view.column(col);
  if (column === undefined) {
    return;
  }
  const { g, theme } = f.paint;
  const { x, width } = columnBox(f, col);
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined) {
    return;
  }
  const top = f.view.screenY(first.y);
  const bottom = f.view.screenY(last.y + last.height);
  clipped(g, { x, y: top, width, height: bottom - top }, () => {
    for (const line of records) {
      drawCell(f, col, column, line);
    }
  });
  g.fillStyle = theme.lineGrid;
  const right = Math.round(f.view.cols.x(col, f.view.left) + f.view.cols.widthOf(col)) - 1;
  if (right >= x && col !== f.view.cols.frozen - 1) {
    for (const run of runsOf(records)) {
      g.fillRect(right, f.view.screenY(run.top), 1, run.bottom - run.top);
    }
  }
}

function drawCell(f: Frame, col: number, column: GridColumn, line: RecordLine): void {
  const p = f.paint;
  const row = f.rowOf(line.index);
  p.x = f.view.cols.x(col, f.view.left);
  p.y = f.view.screenY(line.y);
  p.width = f.view.cols.widthOf(col) - 1;
  p.height = line.height - 1;
  p.line = Math.min(line.height, firstLine);
  p.column = column;
  p.hovered = hoveredRow(f.hover) === line.index;
  p.strong = col === 0;
  const back = backgroundOf(f, line, row);
  if (back !== undefined) {
    p.g.fillStyle = back;
    p.g.fillRect(p.x, p.y, p.width + 1, line.height);
  }
  if (row === undefined) {
    p.row = noRow;
    drawSkeleton(p, line.index * 31 + col * 17);
    return;
  }
  p.row = row;
  p.value = row.fields[column.key];
  if (p.value !== null && p.value !== undefined && p.value !== "") {
    rendererOf(column.type, f.view.options.renderers).draw(p);
  } else if (/^(checkbox|button)$/u.test(column.type) || (column.type === "rating" && p.hovered)) {
    rendererOf(column.type, f.view.options.renderers).draw(p);
  }
  if (p.strong && p.hovered && !f.touch) {
    drawExpand(f);
  }
}

/** The icon that opens the record, at the right end of the hovered first cell. */
function drawExpand(f: Frame): void {
  const p = f.paint;
  const on = f.hover.kind === "cell" && f.hover.part === "expand";
  const x = p.x + p.width - 24;
  const y = p.y + p.line / 2;
  if (on) {
    p.g.fillStyle = p.theme.track;
    p.g.beginPath();
    p.g.roundRect(x - 5, y - 12, 24, 24, 5);
    p.g.fill();
  }
  p.icons.stroke(p.g, "maximize", x, y - 7, 14, on ? p.theme.accent : p.theme.text3);
}

function backgroundOf(f: Frame, line: RecordLine, row: GridRow | undefined): string | undefined {
  const { theme } = f.paint;
  if (row !== undefined && (f.checks.has(row.id) || row.id === f.view.options.openRowId)) {
    return theme.accentSoft;
  }
  return hoveredRow(f.hover) === line.index ? theme.hover : undefined;
}

/** Records that stand directly below each other. */
function runsOf(records: readonly RecordLine[]): { top: number; bottom: number }[] {
  const runs: { top: number; bottom: number }[] = [];
  for (const { y, height } of records) {
    const last = runs.at(-1);
    if (last !== undefined && last.bottom === y) {
      last.bottom = y + height;
    } else {
      runs.push({ top: y, bottom: y + height });
    }
  }
  return runs;
}

/** Row numbers; the hovered and the ticked rows show their tick box. */
export function drawRowHeads(f: Frame): void {
  const { g, theme } = f.paint;
  for (const line of f.lines.filter(isRecord)) {
    const y = f.view.screenY(line.y);
    const row = f.rowOf(line.index);
    g.fillStyle = backgroundOf(f, line, row) ?? theme.panel;
    g.fillRect(0, y, headWidth, line.height);
    const middle = y + Math.min(line.height, firstLine) / 2;
    const ticked = row !== undefined && f.checks.has(row.id);
    if (row !== undefined && (ticked || hoveredRow(f.hover) === line.index)) {
      checkBox(f.paint, headWidth / 2, middle, ticked ? "all" : "none");
    } else {
      drawNumber(f, line.index + 1, middle);
    }
    g.fillStyle = theme.lineGrid;
    g.fillRect(headWidth - 1, y, 1, line.height);
  }
}

function drawNumber(f: Frame, n: number, middle: number): void {
  const { g, theme } = f.paint;
  g.font = n > 99_999 ? theme.fonts.badge : theme.fonts.small;
  g.fillStyle = theme.text4;
  g.textAlign = "center";
  smallText(g, String(n), headWidth / 2, middle);
  g.textAlign = "left";
}

/** The lines below rows, over the whole width of the table. */
export function drawRowLines(f: Frame, right: number): void {
  const { g, theme } = f.paint;
  g.fillStyle = theme.lineGrid;
  for (const line of f.lines) {
    g.fillRect(0, Math.round(f.view.screenY(line.y + line.height)) - 1, right, 1);
  }
}

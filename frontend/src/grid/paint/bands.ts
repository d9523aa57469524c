/** Group heads and "add" rows: the lines that are not records. */
import { drawAvatar } from "../cells/people";
import { drawPill } from "../cells/pills";
import type { CellPaint } from "../cells/renderer";
import { headWidth } from "../column-layout";
import type { Line } from "../row-layout";
import type { GridColumn, GridGroup, SummaryText } from "../types";
import { columnBox, eachColumn, type Frame } from "./frame";
import { clipped, smallText, text } from "./shapes";

type GroupLine = Extract<Line, { kind: "group" }>;
type AddLine = Extract<Line, { kind: "add" }>;

const indent = 20;
const pillInset = 16;
const wordGap = 4;

/** Bands as wide as the screen, with the sums of the scrolling columns. */
export function drawGroupBands(f: Frame): void {
  for (const line of f.lines) {
    if (line.kind === "group") {
      drawBand(f, line);
    }
  }
}

/** What stays in place when scrolling sideways: arrow, label and count. */
export function drawGroupLabels(f: Frame): void {
  for (const line of f.lines) {
    const group = line.kind === "group" ? f.view.options.source.groups?.[line.group] : undefined;
    if (group !== undefined && line.kind === "group") {
      drawLabel(f, line, group);
    }
  }
}

function drawBand(f: Frame, line: GroupLine): void {
  const { g, theme } = f.paint;
  const y = f.view.screenY(line.y);
  g.fillStyle = f.hover.kind === "group" && f.hover.group === line.group ? theme.chip : theme.sub;
  g.fillRect(0, y, f.view.width, line.height);
  const group = f.view.options.source.groups?.[line.group];
  if (group?.summaries === undefined) {
    return;
  }
  eachColumn(f, "scrolling", (col) => {
    const column = f.view.column(col);
    const summary = column && group.summaries?.[column.key];
    if (summary !== undefined) {
      drawSummary(f, col, summary, y + line.height / 2);
    }
  });
}

function drawLabel(f: Frame, line: GroupLine, group: GridGroup): void {
  const { g, theme, fit, icons } = f.paint;
  const top = f.view.screenY(line.y);
  const middle = top + line.height / 2;
  const x = 10 + group.level * indent;
  const right = labelLimit(f, (column) => group.summaries?.[column.key] !== undefined);
  clipped(g, { x: 0, y: top, width: right, height: line.height }, () => {
    icons.stroke(g, group.collapsed ? "chevronRight" : "chevronDown", x, middle - 7, 14, theme.text3);
    const end = drawGroupName(f, group, x + 24, middle);
    g.font = theme.fonts.small;
    g.fillStyle = theme.text3;
    const count = f.view.options.text.groupCount(group.count);
    smallText(g, fit.fit(theme.fonts.small, count, Math.max(0, right - end - 18)), end + 10, middle);
  });
}

/** How far to the right a label may run: up to the first column that shows a sum, the title column aside. */
export function labelLimit(f: Frame, hasSum: (column: GridColumn) => boolean): number {
  const { cols, left, options, width } = f.view;
  for (const [col, column] of options.columns.entries()) {
    if (col > 0 && hasSum(column)) {
      const x = cols.x(col, left);
      return col < cols.frozen ? x : Math.max(cols.frozenWidth, Math.min(width, x));
    }
  }
  return width;
}

/** Draws the name and returns its right end. */
function drawGroupName(f: Frame, group: GridGroup, x: number, middle: number): number {
  const { g, theme, fit } = f.paint;
  const { label } = group;
  const room = Math.max(60, Math.min(260, f.view.cols.frozenWidth - x - 50));
  if (label.kind === "pill") {
    const width = Math.min(room, Math.ceil(fit.width(theme.fonts.tag, label.text)) + pillInset);
    drawPill(f.paint, label.text, label.color, { x, y: middle - 11, width });
    return x + width;
  }
  let at = x;
  if (label.kind === "avatar") {
    drawAvatar(f.paint, { id: label.id ?? label.text, name: label.text }, x, middle - 11);
    at += 28;
  }
  const shown = fit.fit(theme.fonts.strong, label.text, room);
  g.font = theme.fonts.strong;
  g.fillStyle = label.kind === "empty" ? theme.text3 : theme.text1;
  text(g, shown, at, middle);
  return at + fit.width(theme.fonts.strong, shown);
}

const rightAligned = new Set(["number", "decimal", "currency", "money"]);

/** A value with its words under or over a column; numbers stand to the right. */
export function drawSummary(f: Frame, col: number, summary: SummaryText, middle: number): void {
  const box = columnBox(f, col);
  const x = f.view.cols.x(col, f.view.left);
  const right = rightAligned.has(f.view.column(col)?.type.split(":").pop() ?? "");
  const wanted = right ? x + f.view.cols.widthOf(col) - 11 - wordsWidth(f.paint, summary) : x + 10;
  clipped(f.paint.g, { x: box.x, y: middle - 16, width: box.width, height: 32 }, () =>
    drawWords(f.paint, summary, Math.max(x + 4, wanted), middle),
  );
}

export function wordsWidth({ theme, fit }: CellPaint, summary: SummaryText): number {
  const grey = fit.width(theme.fonts.small, `${summary.label ?? ""}${summary.suffix ?? ""}`);
  return grey + gapsOf(summary) + fit.width(theme.fonts.smallStrong, summary.value);
}

/** Grey words around a dark value. */
export function drawWords(
  { g, theme, fit }: CellPaint,
  summary: SummaryText,
  x: number,
  middle: number,
): void {
  const { label = "", value, suffix = "" } = summary;
  g.font = theme.fonts.small;
  g.fillStyle = theme.text3;
  smallText(g, label, x, middle);
  const from = x + (label === "" ? 0 : fit.width(theme.fonts.small, label) + wordGap);
  const to = from + fit.width(theme.fonts.smallStrong, value) + wordGap;
  smallText(g, suffix, to, middle);
  g.font = theme.fonts.smallStrong;
  g.fillStyle = theme.text1;
  smallText(g, value, from, middle);
}

function gapsOf({ label, suffix }: SummaryText): number {
  return (label ? wordGap : 0) + (suffix ? wordGap : 0);
}

export function drawAddRows(f: Frame): void {
  for (const line of f.lines) {
    if (line.kind === "add") {
      drawAddRow(f, line);
    }
  }
}

function drawAddRow(f: Frame, line: AddLine): void {
  const { g, theme, icons, fit } = f.paint;
  const { options, cols } = f.view;
  const top = f.view.screenY(line.y);
  const middle = top + line.height / 2;
  const hovered = f.hover.kind === "add-row" && f.hover.group === line.group;
  const color = hovered ? theme.text2 : theme.text4;
  const right = Math.min(f.view.width, cols.width - f.view.left);
  g.fillStyle = hovered ? theme.hover : theme.panel;
  g.fillRect(0, top, Math.max(right, cols.frozenWidth), line.height);
  icons.stroke(g, "plus", headWidth / 2 - 7, middle - 7, 14, color);
  const group = options.source.groups?.[line.group];
  const label = group === undefined ? options.text.addRow : options.text.addTo(group.label.text);
  const { body } = theme.fonts;
  g.font = body;
  g.fillStyle = color;
  text(g, fit.fit(body, label, f.view.width - headWidth - 20), headWidth + 10, middle);
  g.fillStyle = theme.lineGrid;
  g.fillRect(headWidth - 1, top, 1, line.height);
}

/** Header and footer: what stays when scrolling down. */
import { rendererOf } from "../cells/registry";
import { addColumnWidth, headWidth } from "../column-layout";
import type { GridColumn } from "../types";
import { headerHeight } from "../view";
import { drawSummary, drawWords, labelLimit, wordsWidth } from "./bands";
import { columnBox, eachColumn, type Frame } from "./frame";
import { checkBox, clipped, text } from "./shapes";

const iconSize = 14;

export function drawHeader(f: Frame): void {
  const { g, theme } = f.paint;
  g.fillStyle = theme.sub;
  g.fillRect(0, 0, f.view.width, headerHeight);
  eachColumn(f, "scrolling", (col) => drawHead(f, col));
  drawAddColumn(f);
  g.fillStyle = theme.sub;
  g.fillRect(0, 0, f.view.cols.frozenWidth, headerHeight);
  eachColumn(f, "frozen", (col) => drawHead(f, col));
  checkBox(f.paint, headWidth / 2, headerHeight / 2, f.checks.state(f.view.rows.count));
  g.fillStyle = theme.lineGrid;
  g.fillRect(headWidth - 1, 0, 1, headerHeight);
  g.fillStyle = theme.line;
  g.fillRect(0, headerHeight - 1, f.view.width, 1);
}

function drawHead(f: Frame, col: number): void {
  const column = f.view.column(col);
  if (column === undefined) {
    return;
  }
  const { g, theme } = f.paint;
  const { x, width } = columnBox(f, col);
  clipped(g, { x, y: 0, width, height: headerHeight }, () => drawHeadContent(f, col, column));
  const right = Math.round(f.view.cols.x(col, f.view.left) + f.view.cols.widthOf(col)) - 1;
  if (right >= x && col !== f.view.cols.frozen - 1) {
    g.fillStyle = f.drag?.kind === "resize" && f.drag.col === col ? theme.accent : theme.lineGrid;
    g.fillRect(right, 0, 1, headerHeight);
  }
}

function drawHeadContent(f: Frame, col: number, column: GridColumn): void {
  const { g, theme, icons, fit } = f.paint;
  const x = f.view.cols.x(col, f.view.left);
  const width = f.view.cols.widthOf(col);
  const hovered = f.hover.kind === "header" && f.hover.col === col;
  const selected = isSelected(f, col);
  if (hovered || selected) {
    g.fillStyle = selected ? theme.accentSoft : theme.chip;
    g.fillRect(x, 0, width, headerHeight);
  }
  const renderer = rendererOf(column.type, f.view.options.renderers);
  const middle = headerHeight / 2;
  icons.stroke(g, column.icon ?? renderer.icon, x + 10, middle - iconSize / 2, iconSize, theme.text4);
  const marksWidth = drawMarks(f, column, x + width, hovered);
  const room = width - 30 - 8 - marksWidth;
  const title = fit.fit(theme.fonts.head, column.title, room);
  g.font = theme.fonts.head;
  g.fillStyle = selected ? theme.accentText : theme.text2;
  text(g, title, x + 30, middle);
  if (column.required === true) {
    g.fillStyle = theme.bad;
    text(g, "*", x + 32 + fit.width(theme.fonts.head, title), middle);
  }
}

/** Sort, filter and lock marks from the right; the hovered head shows its menu arrow. Returns their width. */
function drawMarks(f: Frame, column: GridColumn, right: number, hovered: boolean): number {
  const { g, theme, icons } = f.paint;
  let width = 0;
  const put = (name: string, color: string) => {
    width += 16;
    icons.stroke(g, name, right - width - 5, headerHeight / 2 - 6, 12, color);
  };
  if (hovered && !f.touch) {
    put("chevronDown", theme.text3);
  }
  if (column.sort !== undefined) {
    put(column.sort === "asc" ? "arrowUp" : "arrowDown", theme.accent);
  }
  if (column.filtered === true) {
    put("filter", theme.accent);
  }
  return width;
}

function isSelected(f: Frame, col: number): boolean {
  const { selection: s, range } = f;
  const whole = s?.mode === "columns" || s?.mode === "all";
  return whole && range !== undefined && col >= range.left && col <= range.right;
}

function drawAddColumn(f: Frame): void {
  const { cols, left, options } = f.view;
  const x = cols.width - left;
  if (options.canAddColumn !== true || x > f.view.width) {
    return;
  }
  const { g, theme, icons } = f.paint;
  const hovered = f.hover.kind === "add-column";
  if (hovered) {
    g.fillStyle = theme.chip;
    g.fillRect(x, 0, addColumnWidth, headerHeight);
  }
  const color = hovered ? theme.text1 : theme.text3;
  icons.stroke(g, "plus", x + addColumnWidth / 2 - 8, headerHeight / 2 - 8, 16, color);
  g.fillStyle = theme.lineGrid;
  g.fillRect(Math.round(x + addColumnWidth) - 1, 0, 1, headerHeight);
}

export function drawFooter(f: Frame): void {
  const { footer, columns } = f.view.options;
  if (footer === undefined) {
    return;
  }
  const { g, theme } = f.paint;
  const top = f.view.bottom;
  const middle = top + f.view.footer / 2;
  g.fillStyle = theme.sub;
  g.fillRect(0, top, f.view.width, f.view.footer);
  const draw = (col: number) => {
    const summary = columns[col]?.summary;
    if (summary !== undefined) {
      drawSummary(f, col, summary, middle);
    }
  };
  eachColumn(f, "scrolling", draw);
  g.fillStyle = theme.sub;
  g.fillRect(0, top + 1, f.view.cols.frozenWidth, f.view.footer - 1);
  drawTotals(f, middle);
  eachColumn(f, "frozen", (col) => col > 0 && draw(col));
  g.fillStyle = theme.line;
  g.fillRect(0, top, f.view.width, 1);
}

function drawTotals(f: Frame, middle: number): void {
  const { g } = f.paint;
  let x = 14;
  const width = labelLimit(f, (column) => column.summary !== undefined);
  const box = { x: 0, y: f.view.bottom, width, height: f.view.footer };
  clipped(g, box, () => {
    for (const total of f.view.options.footer ?? []) {
      drawWords(f.paint, total, x, middle);
      x += wordsWidth(f.paint, total) + 20;
    }
  });
}

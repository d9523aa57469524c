/** What lies over the cells: selection, other people, flashes, drag marks. */
import { headWidth } from "../column-layout";
import { rangeOf } from "../selection";
import { markColor } from "../theme";
import type { Rect } from "../types";
import { headerHeight } from "../view";
import { bodyBox, type Frame, isRecord, type PresenceState } from "./frame";
import { clipped, fillRound, text } from "./shapes";

export const handleReach = 22;
const handleSize = 8;
const labelHeight = 17;
const flagSize = 6;

/** Draws something that belongs to a column, clipped to where that column can be seen. */
function inColumn(f: Frame, col: number, draw: () => void): void {
  const body = bodyBox(f);
  const x = col < f.view.cols.frozen ? 0 : f.view.cols.frozenWidth - 1;
  const top = headerHeight - 1;
  clipped(f.paint.g, { x, y: top, width: body.width - x, height: body.height + 1 }, draw);
}

/** Tint and outline of a range of more than one cell. */
export function drawRange(f: Frame): void {
  const { range, selection } = f;
  if (range === undefined || selection === undefined) {
    return;
  }
  if (range.top === range.bottom && range.left === range.right) {
    return;
  }
  const { frozen, frozenWidth } = f.view.cols;
  const body = bodyBox(f);
  if (range.left < frozen) {
    const right = range.right < frozen ? edge(f, range.right) : frozenWidth + 8;
    clipped(f.paint.g, { ...body, width: frozenWidth }, () =>
      drawRangePart(f, edgeLeft(f, range.left), right),
    );
  }
  if (range.right >= frozen) {
    const left = range.left < frozen ? frozenWidth - 8 : edgeLeft(f, range.left);
    const box = { ...body, x: frozenWidth, width: body.width - frozenWidth };
    clipped(f.paint.g, box, () => drawRangePart(f, left, edge(f, range.right)));
  }
}

const edgeLeft = (f: Frame, col: number) => f.view.cols.x(col, f.view.left);
const edge = (f: Frame, col: number) => edgeLeft(f, col) + f.view.cols.widthOf(col);

function drawRangePart(f: Frame, left: number, right: number): void {
  const { g, theme } = f.paint;
  for (const run of rangeRuns(f)) {
    const height = run.bottom - run.top;
    g.globalAlpha = theme.dark ? 0.18 : 0.08;
    g.fillStyle = theme.accent;
    g.fillRect(left, run.top, right - left, height);
    g.globalAlpha = 0.55;
    g.strokeStyle = theme.accent;
    g.lineWidth = 1;
    g.strokeRect(left - 0.5, run.top - 0.5, right - left, height);
    g.globalAlpha = 1;
  }
}

/** Parts of the range on screen, group heads left out. */
function rangeRuns(f: Frame): { top: number; bottom: number }[] {
  const runs: { top: number; bottom: number }[] = [];
  const { range } = f;
  for (const line of f.lines.filter(isRecord)) {
    if (range === undefined || line.index < range.top || line.index > range.bottom) {
      continue;
    }
    const top = f.view.screenY(line.y);
    const last = runs.at(-1);
    if (last !== undefined && last.bottom === top) {
      last.bottom = top + line.height;
    } else {
      runs.push({ top, bottom: top + line.height });
    }
  }
  return runs;
}

/** The frame of the active cell and the handle at the range's corner. */
export function drawActive(f: Frame): void {
  const { selection: s, range } = f;
  const rect = s && f.view.rect(s.anchor.row, s.anchor.col);
  if (s === undefined || rect === undefined || range === undefined) {
    return;
  }
  const { theme } = f.paint;
  inColumn(f, s.anchor.col, () => outline(f, rect, f.focused ? theme.accent : theme.box));
  if (f.focused && !f.editing && s.mode === "cells") {
    drawHandle(f, range.bottom, range.right);
  }
}

function outline(f: Frame, r: Rect, color: string): void {
  const { g } = f.paint;
  g.strokeStyle = color;
  g.lineWidth = 2;
  g.beginPath();
  g.roundRect(r.x, r.y, r.width - 1, r.height - 1, 1);
  g.stroke();
}

function drawHandle(f: Frame, row: number, col: number): void {
  const rect = f.view.rect(row, col);
  if (rect === undefined) {
    return;
  }
  const { g, theme } = f.paint;
  const x = rect.x + rect.width - 4;
  const y = rect.y + rect.height - 4;
  inColumn(f, col, () => {
    if (f.touch) {
      g.beginPath();
      g.arc(x + 3, y + 3, 7, 0, Math.PI * 2);
      g.fillStyle = theme.panel;
      g.fill();
      g.beginPath();
      g.arc(x + 3, y + 3, 5.5, 0, Math.PI * 2);
      g.fillStyle = theme.accent;
      g.fill();
      return;
    }
    fillRound(g, { x: x - 1.5, y: y - 1.5, width: handleSize + 1, height: handleSize + 1 }, 2.5, theme.panel);
    fillRound(g, { x, y, width: handleSize - 2, height: handleSize - 2 }, 1.5, theme.accent);
  });
}

/** Where other people are; the last one drawn lies on top. */
export function drawPresence(f: Frame): void {
  if (f.presence.length === 0) {
    return;
  }
  const rows = new Map<string, number>();
  for (const line of f.lines.filter(isRecord)) {
    const id = f.rowOf(line.index)?.id;
    if (id !== undefined) {
      rows.set(id, line.index);
    }
  }
  for (const state of f.presence) {
    const row = rows.get(state.mark.rowId);
    const col = f.view.columnIndex(state.mark.key);
    const rect = row === undefined ? undefined : f.view.rect(row, col);
    if (rect !== undefined) {
      inColumn(f, col, () => drawPeer(f, state, rect));
    }
  }
}

function drawPeer(f: Frame, { mark, full }: PresenceState, rect: Rect): void {
  const { g, theme, fit } = f.paint;
  const color = markColor(theme, mark.color);
  outline(f, rect, color);
  if (!full) {
    g.fillStyle = color;
    g.beginPath();
    g.roundRect(rect.x - 1, rect.y - flagSize, flagSize, flagSize + 1, [3, 3, 0, 0]);
    g.fill();
    return;
  }
  const label = mark.editing === true ? f.view.options.text.editing(mark.name) : mark.name;
  const width = fit.width(theme.fonts.badge, label) + 12;
  const above = rect.y - labelHeight - 1 >= headerHeight - 4;
  const y = above ? rect.y - labelHeight - 1 : rect.y + rect.height - 1;
  const corners = above ? [4, 4, 4, 0] : [0, 4, 4, 4];
  g.fillStyle = color;
  g.beginPath();
  g.roundRect(rect.x - 1, y, width, labelHeight + 1, corners);
  g.fill();
  g.font = theme.fonts.badge;
  g.fillStyle = "#fff";
  g.fillText(label, rect.x + 5, y + 12.5);
}

/** Cells that a change has just reached or not reached. */
export function drawFlashes(f: Frame): void {
  if (!f.flashing) {
    return;
  }
  const { g, theme } = f.paint;
  for (const line of f.lines.filter(isRecord)) {
    const id = f.rowOf(line.index)?.id;
    for (let col = 0; id !== undefined && col < f.view.cols.count; col++) {
      const flash = f.flashOf(id, f.view.column(col)?.key ?? "");
      const rect = flash && f.view.rect(line.index, col);
      if (flash === undefined || rect === undefined) {
        continue;
      }
      inColumn(f, col, () => {
        g.globalAlpha = flash.strength * (flash.kind === "reject" ? 0.3 : 0.2);
        g.fillStyle = flash.kind === "reject" ? theme.bad : theme.accent;
        g.fillRect(rect.x, rect.y, rect.width - 1, rect.height - 1);
        g.globalAlpha = 1;
      });
    }
  }
}

/** The soft shadow right of the frozen columns. */
export function drawFrozenShadow(f: Frame): void {
  const { g, theme } = f.paint;
  const x = f.view.cols.frozenWidth;
  const strength = f.view.left > 0 ? 1 : 0.55;
  const shade = g.createLinearGradient(x, 0, x + 8, 0);
  shade.addColorStop(0, theme.dark ? `rgb(0 0 0 / ${0.42 * strength})` : `rgb(16 24 40 / ${0.1 * strength})`);
  shade.addColorStop(1, "rgb(16 24 40 / 0)");
  g.fillStyle = shade;
  for (const line of f.lines.filter(isRecord)) {
    const top = Math.max(headerHeight, f.view.screenY(line.y));
    const bottom = Math.min(f.view.bottom, f.view.screenY(line.y + line.height));
    g.fillRect(x, top, 8, bottom - top);
  }
  g.fillRect(x, 0, 8, headerHeight);
}

/** A column on its way to another place. */
export function drawColumnDrag(f: Frame): void {
  const { drag } = f;
  if (drag === undefined) {
    return;
  }
  const { g, theme } = f.paint;
  const { cols, left, width, bottom } = f.view;
  if (drag.kind === "resize") {
    g.fillStyle = theme.accent;
    g.fillRect(Math.round(cols.x(drag.col, left) + cols.widthOf(drag.col)) - 2, 0, 2, bottom);
    return;
  }
  const at = drag.to >= cols.count ? cols.width - left : cols.x(drag.to, left);
  g.fillStyle = theme.accent;
  g.fillRect(Math.max(headWidth, Math.min(width - 2, at - 1)), 0, 2, bottom);
  const box = {
    x: drag.x - drag.grip,
    y: 2,
    width: Math.min(240, cols.widthOf(drag.col)),
    height: headerHeight - 4,
  };
  g.globalAlpha = 0.92;
  fillRound(g, box, 6, theme.accentSoft2);
  g.globalAlpha = 1;
  g.font = theme.fonts.head;
  g.fillStyle = theme.accentText;
  const title = f.paint.fit.fit(theme.fonts.head, f.view.column(drag.col)?.title ?? "", box.width - 20);
  text(g, title, box.x + 10, headerHeight / 2);
}

export function rangeOfFrame(f: Pick<Frame, "selection" | "view">): Frame["range"] {
  return f.selection && rangeOf(f.selection, f.view.extent);
}

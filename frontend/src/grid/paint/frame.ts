/** What one drawing of the grid works with. */
import type { CellPaint } from "../cells/renderer";
import type { Checks } from "../checks";
import { headWidth } from "../column-layout";
import type { Hit } from "../hit-test";
import type { Line } from "../row-layout";
import type { Range, Selection } from "../selection";
import type { GridRow, PresenceMark } from "../types";
import { type GridView, headerHeight } from "../view";

export interface FlashState {
  readonly kind: "reject" | "remote";
  /** 1 at the start, 0 at the end. */
  readonly strength: number;
}

/** A column being dragged to another place or width. */
export type ColumnDrag =
  | {
      readonly kind: "move";
      readonly col: number;
      readonly x: number;
      readonly grip: number;
      readonly to: number;
    }
  | { readonly kind: "resize"; readonly col: number };

export interface PresenceState {
  readonly mark: PresenceMark;
  /** The label is shown in full, not as a flag. */
  readonly full: boolean;
}

export interface Frame {
  readonly paint: CellPaint;
  readonly g: CanvasRenderingContext2D;
  readonly view: GridView;
  /** Lines on screen, from the top. */
  readonly lines: readonly Line[];
  /** Row of a record line, undefined while it loads. */
  readonly rowOf: (index: number) => GridRow | undefined;
  readonly hover: Hit;
  readonly focused: boolean;
  readonly editing: boolean;
  readonly touch: boolean;
  readonly selection: Selection | undefined;
  readonly range: Range | undefined;
  readonly checks: Checks;
  readonly presence: readonly PresenceState[];
  readonly flashOf: (rowId: string, key: string) => FlashState | undefined;
  readonly flashing: boolean;
  readonly drag: ColumnDrag | undefined;
}

export type RecordLine = Extract<Line, { kind: "record" }>;

export const isRecord = (line: Line): line is RecordLine => line.kind === "record";

/** The record number under the pointer, or -1. */
export function hoveredRow(hover: Hit): number {
  return hover.kind === "cell" || hover.kind === "row-head" ? hover.row : -1;
}

/** The part of the screen where rows scroll. */
export function bodyBox(f: Frame): { x: number; y: number; width: number; height: number } {
  return { x: 0, y: headerHeight, width: f.view.width, height: f.view.bottom - headerHeight };
}

/** The part of a column that is not under the frozen ones. */
export function columnBox(f: Frame, col: number): { x: number; width: number } {
  const { cols, left, width } = f.view;
  const x = cols.x(col, left);
  const from = col < cols.frozen ? x : Math.max(x, cols.frozenWidth);
  const to = Math.min(x + cols.widthOf(col), width);
  return { x: from, width: Math.max(0, to - from) };
}

/** Calls back for every column on screen, the scrolling ones first. */
export function eachColumn(f: Frame, part: "scrolling" | "frozen", call: (col: number) => void): void {
  if (part === "frozen") {
    for (let col = 0; col < f.view.cols.frozen; col++) {
      call(col);
    }
    return;
  }
  const { first, last } = f.view.cols.visible(f.view.left, f.view.width);
  for (let col = first; col <= last; col++) {
    call(col);
  }
}

/** Right edge of the table on screen. */
export function tableRight(f: Frame): number {
  const { cols, left, width } = f.view;
  return Math.min(width, Math.max(headWidth, cols.total - left));
}

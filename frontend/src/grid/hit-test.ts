/** What is under a point of the grid. */
import { headWidth } from "./column-layout";
import { type GridView, headerHeight } from "./view";

export type Hit =
  | { readonly kind: "header"; readonly col: number; readonly part: "body" | "menu" }
  /** The right edge of a column's head: drag to resize. */
  | { readonly kind: "edge"; readonly col: number }
  | { readonly kind: "check-all" }
  | { readonly kind: "add-column" }
  | { readonly kind: "cell"; readonly row: number; readonly col: number; readonly part: "body" | "expand" }
  | { readonly kind: "row-head"; readonly row: number }
  | { readonly kind: "group"; readonly group: number }
  | { readonly kind: "add-row"; readonly group: number }
  | { readonly kind: "footer"; readonly col: number }
  | { readonly kind: "void" };

const edgeReach = 4;
const menuWidth = 26;
const expandWidth = 30;
const nothing: Hit = { kind: "void" };

export function hitTest(view: GridView, x: number, y: number): Hit {
  if (x < 0 || y < 0 || x >= view.width || y >= view.height) {
    return nothing;
  }
  if (y < headerHeight) {
    return hitHeader(view, x);
  }
  const col = view.cols.at(x, view.left);
  if (y >= view.bottom) {
    return { kind: "footer", col };
  }
  const line = view.rows.at(view.layoutY(y));
  if (line === undefined) {
    return nothing;
  }
  if (line.kind === "group") {
    return { kind: "group", group: line.group };
  }
  if (line.kind === "add") {
    return x < view.cols.width - view.left ? { kind: "add-row", group: line.group } : nothing;
  }
  if (x < headWidth) {
    return { kind: "row-head", row: line.index };
  }
  if (col < 0) {
    return nothing;
  }
  const right = view.cols.x(col, view.left) + view.cols.widthOf(col);
  const inFirstLine = y < view.screenY(line.y) + 36;
  const part = col === 0 && inFirstLine && x >= right - expandWidth ? "expand" : "body";
  return { kind: "cell", row: line.index, col, part };
}

function hitHeader(view: GridView, x: number): Hit {
  if (x < headWidth) {
    return { kind: "check-all" };
  }
  const edge = edgeAt(view, x);
  if (edge >= 0) {
    return { kind: "edge", col: edge };
  }
  const col = view.cols.at(x, view.left);
  if (col >= 0) {
    const right = view.cols.x(col, view.left) + view.cols.widthOf(col);
    return { kind: "header", col, part: x >= right - menuWidth ? "menu" : "body" };
  }
  const after = view.cols.width - view.left;
  const inside = x >= after && x < view.cols.total - view.left && x >= view.cols.frozenWidth;
  return inside ? { kind: "add-column" } : nothing;
}

/** The column whose right edge is within reach, or -1. */
function edgeAt(view: GridView, x: number): number {
  for (const probe of [x - edgeReach, x + edgeReach]) {
    const col = view.cols.at(Math.max(headWidth, probe), view.left);
    const last = col < 0 && probe < x ? view.cols.count - 1 : col;
    if (last >= 0) {
      const right = view.cols.x(last, view.left) + view.cols.widthOf(last);
      const hidden = last >= view.cols.frozen && right < view.cols.frozenWidth;
      if (!hidden && Math.abs(right - x) <= edgeReach) {
        return last;
      }
    }
  }
  return -1;
}

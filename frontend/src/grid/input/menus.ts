/** What the page is asked for at a place of the grid. */
import type { GridCore } from "../core";
import { groupOf } from "../row-layout";
import { headerHeight } from "../view";

/** Asks the page for a column's menu below its head. */
export function openColumnMenu(core: GridCore, col: number): void {
  const { view, options } = core;
  const column = view.column(col);
  if (column !== undefined) {
    const x = view.cols.x(col, view.left);
    const box = { x, y: 0, width: view.cols.widthOf(col), height: headerHeight };
    options.onColumnMenu?.(column.key, core.toClient(box));
  }
}

/** Asks the page for a record's menu below a cell. */
export function openRowMenu(core: GridCore, index: number, col: number): void {
  const row = core.row(index);
  const rect = core.view.rect(index, col);
  if (row !== undefined && rect !== undefined) {
    const { x, y, height } = core.toClient(rect);
    core.options.onRowMenu?.(row, { x, y: y + height });
  }
}

/** Shuts or opens the group of a record. */
export function foldGroup({ options }: GridCore, index: number, shut: boolean): void {
  const group = groupOf(options.source.groups ?? [], index);
  if (group !== undefined && group.collapsed !== shut) {
    options.onToggleGroup?.(group.key, shut);
  }
}

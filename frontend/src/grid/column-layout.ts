/** Where columns stand, from the row head to the "+" after the last one. */
import type { GridColumn } from "./types";

export const headWidth = 44;
export const addColumnWidth = 60;
export const minColumnWidth = 60;
const narrowViewport = 640;
const narrowShare = 0.4;

export interface ColumnInput {
  readonly columns: readonly GridColumn[];
  readonly frozen: number;
  /** Width of the visible part. */
  readonly viewport: number;
  readonly canAdd: boolean;
}

export class ColumnLayout {
  /** How many columns stay in place; narrow screens may keep fewer than asked for. */
  readonly frozen: number;
  /** Right edge of what stays in place, the row head included. */
  readonly frozenWidth: number;
  /** Right edge of the last column. */
  readonly width: number;
  /** Width to scroll over. */
  readonly total: number;
  private readonly lefts: number[] = [];
  private readonly widths: number[] = [];

  constructor(input: ColumnInput) {
    const limit =
      input.viewport > 0 && input.viewport < narrowViewport ? input.viewport * narrowShare : Infinity;
    const wanted = Math.min(input.frozen, input.columns.length);
    this.frozen = frozenThatFit(input.columns, wanted, limit);
    let x = headWidth;
    for (const [i, column] of input.columns.entries()) {
      const only = i === 0 && this.frozen === 1;
      const width = only ? Math.max(minColumnWidth, Math.min(column.width, limit - headWidth)) : column.width;
      this.lefts.push(x);
      this.widths.push(width);
      x += width;
    }
    this.width = x;
    this.total = x + (input.canAdd ? addColumnWidth : 0);
    this.frozenWidth =
      this.frozen === 0 ? headWidth : this.left(this.frozen - 1) + this.widthOf(this.frozen - 1);
  }

  get count(): number {
    return this.lefts.length;
  }

  /** Left edge when nothing is scrolled. */
  left(column: number): number {
    return this.lefts[column] ?? this.width;
  }

  widthOf(column: number): number {
    return this.widths[column] ?? 0;
  }

  /** Left edge on screen. */
  x(column: number, scroll: number): number {
    return column < this.frozen ? this.left(column) : this.left(column) - scroll;
  }

  /** The column at a place on screen, or -1. */
  at(x: number, scroll: number): number {
    const real = x < this.frozenWidth ? x : x + scroll;
    if (real < headWidth || real >= this.width) {
      return -1;
    }
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.left(middle) <= real) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** First and last scrolling column that can be seen; first > last if there is none. */
  visible(scroll: number, viewport: number): { first: number; last: number } {
    let first = this.frozen;
    while (first < this.count && this.x(first, scroll) + this.widthOf(first) <= this.frozenWidth) {
      first++;
    }
    let last = first - 1;
    while (last + 1 < this.count && this.x(last + 1, scroll) < viewport) {
      last++;
    }
    return { first, last };
  }

  /** Where a column dropped at a place would go: 0 to count. */
  dropAt(x: number, scroll: number): number {
    const column = this.at(Math.max(headWidth, x), scroll);
    if (column < 0) {
      return this.count;
    }
    return x > this.x(column, scroll) + this.widthOf(column) / 2 ? column + 1 : column;
  }
}

function frozenThatFit(columns: readonly GridColumn[], wanted: number, limit: number): number {
  let frozen = wanted;
  while (frozen > 1) {
    const width = columns.slice(0, frozen).reduce((sum, c) => sum + c.width, headWidth);
    if (width <= limit) {
      break;
    }
    frozen--;
  }
  return frozen;
}

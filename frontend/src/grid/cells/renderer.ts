import type { CellAction } from "../edit-types";
import type { Formats } from "../format";
import type { IconPainter } from "../icons";
import type { TextFit } from "../text-fit";
import type { GridTheme } from "../theme";
import type { EditorKind, GridColumn, GridRow, GridText } from "../types";

/** All that a renderer needs to know of where and what it draws. */
export interface CellPaint {
  readonly g: CanvasRenderingContext2D;
  readonly theme: GridTheme;
  readonly fit: TextFit;
  readonly icons: IconPainter;
  readonly formats: Formats;
  readonly text: GridText;
  /** Today as YYYY-MM-DD. */
  readonly today: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Height of the first line: content of tall rows starts at the top. */
  line: number;
  value: unknown;
  row: GridRow;
  column: GridColumn;
  /** The pointer is over the row. */
  hovered: boolean;
  /** Weight of plain text: the title column is heavier. */
  strong: boolean;
}

/** One family of cells. Register it under the field types that it shows. */
export interface FieldRenderer {
  /** Icon of the column head. */
  readonly icon: string;
  readonly editor: EditorKind;
  /** Draws inside the rectangle; the grid has clipped to the column. */
  draw(p: CellPaint): void;
  /** Width that shows the whole value, padding included. */
  measure(p: CellPaint): number;
  /** What a click at a point of the cell does, beyond selecting. */
  hit?(p: CellPaint, x: number, y: number): CellAction | undefined;
  /** Next value when the cell is toggled by Enter or a typed text; undefined keeps it. */
  toggle?(value: unknown, column: GridColumn, typed?: string): unknown;
  /** More about a value, for whoever points at it. */
  tip?(value: unknown): string | undefined;
  /** Plain text of the value. */
  format(value: unknown, column: GridColumn, formats: Formats, text: GridText): string;
  /** Text that the inline editor starts with; `format` if absent. */
  edit?(value: unknown, column: GridColumn): string;
}

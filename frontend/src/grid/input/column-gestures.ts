/** Heads of columns: select, resize, move, menu. */
import { minColumnWidth } from "../column-layout";
import type { GridCore } from "../core";
import type { Stage } from "../stage";
import type { DragActions, Point } from "./drag";
import { openColumnMenu } from "./menus";

export class ColumnGestures {
  private readonly core: GridCore;
  private readonly stage: Stage;

  constructor(core: GridCore, stage: Stage) {
    this.core = core;
    this.stage = stage;
  }

  resize(col: number, start: Point): DragActions {
    const { core } = this;
    const before = core.view.cols.widthOf(col);
    core.drag = { kind: "resize", col };
    core.draw();
    return {
      move: (at) => core.setWidth(col, Math.max(minColumnWidth, Math.round(before + at.x - start.x))),
      end: (_, moved) => {
        core.drag = undefined;
        core.draw();
        if (moved) {
          this.report(col);
        }
      },
    };
  }

  /** Fits the width to what is on screen. */
  fit(col: number): void {
    this.core.setWidth(col, Math.max(minColumnWidth, this.stage.widthFor(col)));
    this.report(col);
  }

  /** A click selects the column or opens its menu; a drag moves it. */
  press(col: number, part: "body" | "menu", start: Point, shift: boolean): DragActions {
    const { core } = this;
    const grip = start.x - core.view.cols.x(col, core.view.left);
    let to = col;
    return {
      move: (at) => {
        to = core.view.cols.dropAt(at.x, core.view.left);
        core.drag = { kind: "move", col, x: at.x, grip, to };
        core.draw();
      },
      end: (_, moved) => {
        core.drag = undefined;
        core.draw();
        if (moved) {
          this.drop(col, to);
        } else if (part === "menu") {
          this.menu(col);
        } else {
          this.select(col, shift);
        }
      },
    };
  }

  menu(col: number): void {
    openColumnMenu(this.core, col);
  }

  select(col: number, shift: boolean): void {
    const { core } = this;
    const row = core.view.shownRows().from;
    const s = core.selection;
    const anchor = shift && s?.mode === "columns" ? s.anchor : { row, col };
    core.select({ mode: "columns", anchor, head: { row, col } });
  }

  private report(col: number): void {
    const column = this.core.view.column(col);
    if (column !== undefined) {
      this.core.options.onColumnResize?.(column.key, column.width);
    }
  }

  /** `to` counts with the column still in its old place. */
  private drop(col: number, to: number): void {
    const place = to > col ? to - 1 : to;
    const column = this.core.view.column(col);
    if (place !== col && column !== undefined) {
      this.core.options.onColumnMove?.(column.key, place);
    }
  }
}

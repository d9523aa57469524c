/** Mouse and pen. Fingers scroll natively; what they tap comes from `Touch`. */
import type { GridCore } from "../core";
import { type Hit, hitTest } from "../hit-test";
import { single } from "../selection";
import type { CellGestures } from "./cell-gestures";
import type { ColumnGestures } from "./column-gestures";
import { Drag, type DragActions, type Point } from "./drag";
import type { CellEditor } from "./editor";

export class Pointer {
  private drag: Drag | undefined;
  private checkFrom = -1;
  /** Where the mouse is, while it is over the grid. */
  private last: Point | undefined;
  private readonly core: GridCore;
  private readonly cells: CellGestures;
  private readonly columns: ColumnGestures;
  private readonly editor: CellEditor;

  constructor(core: GridCore, cells: CellGestures, columns: ColumnGestures, editor: CellEditor) {
    this.core = core;
    this.cells = cells;
    this.columns = columns;
    this.editor = editor;
    const { canvas } = core.dom;
    canvas.addEventListener("pointerdown", (e) => this.down(e));
    canvas.addEventListener("pointermove", (e) => this.moved(e));
    canvas.addEventListener("pointerup", () => this.release());
    canvas.addEventListener("pointercancel", () => this.cancel());
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("mousedown", (e) => e.preventDefault()); // the text field keeps the focus
    canvas.addEventListener("dblclick", (e) => this.double(e));
    canvas.addEventListener("contextmenu", (e) => this.menu(e));
  }

  /** The grid has moved under the mouse. */
  scrolled(): void {
    if (this.last !== undefined && this.drag === undefined) {
      this.core.hover = hitTest(this.core.view, this.last.x, this.last.y);
    }
  }

  cancel(): void {
    this.drag?.stop();
    this.drag = undefined;
    this.core.drag = undefined;
    this.core.draw();
  }

  private down(e: PointerEvent): void {
    if (e.pointerType === "touch" || e.button !== 0) {
      return;
    }
    this.core.touch = false;
    const at = this.point(e);
    const hit = hitTest(this.core.view, at.x, at.y);
    this.editor.finish();
    this.core.dom.input.focus({ preventScroll: true });
    const actions = this.cells.onHandle(at) ? this.cells.fill() : this.gesture(hit, at, e);
    if (actions !== undefined) {
      this.core.dom.canvas.setPointerCapture(e.pointerId);
      this.drag = new Drag(this.core, at, actions, hit.kind === "cell" || hit.kind === "row-head");
    }
  }

  private gesture(hit: Hit, at: Point, e: PointerEvent): DragActions | undefined {
    switch (hit.kind) {
      case "cell":
        return this.cells.press(hit, at, e);
      case "row-head":
        return this.rowHead(hit.row, e.shiftKey);
      case "edge":
        return this.columns.resize(hit.col, at);
      case "header":
        return this.columns.press(hit.col, hit.part, at, e.shiftKey);
      default:
        return { move: () => undefined, end: (_, moved) => !moved && this.cells.activate(hit) };
    }
  }

  /** A click ticks the row, a drag selects rows. */
  private rowHead(row: number, shift: boolean): DragActions {
    const { core } = this;
    return {
      move: (at) => {
        const line = core.view.rows.at(core.view.layoutY(at.y));
        if (line?.kind === "record") {
          const last = core.view.cols.count - 1;
          core.select({ mode: "rows", anchor: { row, col: 0 }, head: { row: line.index, col: last } });
        }
      },
      end: (_, moved) => {
        if (!moved) {
          this.check(row, shift);
        }
      },
    };
  }

  private check(row: number, shift: boolean): void {
    const { core } = this;
    const id = core.row(row)?.id;
    if (id === undefined) {
      return;
    }
    const on = !core.checks.has(id);
    const from = shift && this.checkFrom >= 0 ? this.checkFrom : row;
    for (const run of core.view.rows.runs(Math.min(from, row), Math.max(from, row))) {
      for (let index = run.from; index <= run.to; index++) {
        const other = core.row(index)?.id;
        if (other !== undefined) {
          core.checks.set(other, on);
        }
      }
    }
    this.checkFrom = row;
    core.checksChanged();
  }

  private moved(e: PointerEvent): void {
    if (e.pointerType === "touch") {
      return;
    }
    const at = this.point(e);
    if (this.drag !== undefined) {
      this.drag.move(at);
      return;
    }
    this.last = at;
    const hit = hitTest(this.core.view, at.x, at.y);
    this.core.dom.canvas.style.cursor = this.cells.onHandle(at) ? "crosshair" : cursorOf(hit);
    this.core.dom.canvas.title = (hit.kind === "header" && this.core.view.column(hit.col)?.description) || "";
    this.hover(hit);
  }

  private leave(): void {
    this.last = undefined;
    this.hover({ kind: "void" });
  }

  private release(): void {
    const { drag } = this;
    this.drag = undefined;
    drag?.end();
  }

  private hover(hit: Hit): void {
    if (JSON.stringify(hit) !== JSON.stringify(this.core.hover)) {
      this.core.hover = hit;
      this.core.dom.scroller.title = this.cells.tipAt(hit);
      this.core.draw();
    }
  }

  private double(e: MouseEvent): void {
    const at = this.point(e);
    const hit = hitTest(this.core.view, at.x, at.y);
    if (hit.kind === "edge") {
      this.columns.fit(hit.col);
    } else if (hit.kind === "cell" && hit.part === "body" && !this.cells.isToggle(hit.col)) {
      this.editor.open();
    }
  }

  private menu(e: MouseEvent): void {
    e.preventDefault();
    const at = this.point(e);
    const hit = hitTest(this.core.view, at.x, at.y);
    if (hit.kind === "header" || hit.kind === "edge") {
      this.columns.menu(hit.col);
    } else if (hit.kind === "cell" || hit.kind === "row-head") {
      this.rowMenu(hit.row, hit.kind === "cell" ? hit.col : 0, e);
    }
  }

  private rowMenu(index: number, col: number, e: MouseEvent): void {
    const { core } = this;
    const { range } = core;
    const row = core.row(index);
    const inside = range !== undefined && index >= range.top && index <= range.bottom;
    if (!inside) {
      core.select(single({ row: index, col }));
    }
    if (row !== undefined) {
      core.options.onRowMenu?.(row, { x: e.clientX, y: e.clientY });
    }
  }

  private point(e: MouseEvent): Point {
    const box = this.core.dom.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }
}

function cursorOf(hit: Hit): string {
  switch (hit.kind) {
    case "edge":
      return "col-resize";
    case "cell":
      return hit.part === "expand" ? "pointer" : "default";
    case "void":
    case "footer":
      return "default";
    default:
      return "pointer";
  }
}

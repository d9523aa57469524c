/** Fingers: a tap selects, a second tap edits, the round handle widens the range. Scrolling is native. */
import type { GridCore } from "../core";
import type { CellGestures } from "./cell-gestures";
import type { ColumnGestures } from "./column-gestures";
import { Drag, type Point } from "./drag";
import type { CellEditor } from "./editor";

const reach = 22;

export class Touch {
  private drag: Drag | undefined;
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
    canvas.addEventListener("touchstart", (e) => this.start(e), { passive: false });
    canvas.addEventListener("touchmove", (e) => this.move(e), { passive: false });
    canvas.addEventListener("touchend", () => this.end());
    canvas.addEventListener("touchcancel", () => this.end());
    canvas.addEventListener("click", (e) => {
      if ((e as PointerEvent).pointerType === "touch") {
        this.tap(this.point(e));
      }
    });
  }

  private start(e: TouchEvent): void {
    this.core.touch = true;
    const finger = e.touches[0];
    if (finger === undefined || e.touches.length > 1) {
      return;
    }
    const at = this.point(finger);
    if (this.onHandle(at)) {
      e.preventDefault(); // this finger does not scroll
      const actions = { move: (to: Point) => this.cells.extendTo(to), end: () => undefined };
      this.drag = new Drag(this.core, at, actions, true);
    }
  }

  private move(e: TouchEvent): void {
    const finger = e.touches[0];
    if (this.drag !== undefined && finger !== undefined) {
      e.preventDefault();
      this.drag.move(this.point(finger));
    }
  }

  private end(): void {
    this.drag?.end();
    this.drag = undefined;
  }

  private tap(at: Point): void {
    const { core } = this;
    core.touch = true;
    const hit = this.cells.hitAt(at);
    const again = hit.kind === "cell" && this.cells.isActive(hit);
    this.editor.finish();
    core.dom.input.inputMode = "none"; // no keyboard on the screen before an edit
    core.dom.input.focus({ preventScroll: true });
    if (hit.kind === "header") {
      this.columns.menu(hit.col);
    } else if (hit.kind === "row-head") {
      this.openRecord(hit.row);
    } else if (hit.kind !== "cell") {
      this.cells.activate(hit);
    } else {
      core.selectCell(hit.row, hit.col);
      this.cells.click(hit, at, false);
      if (again && !this.cells.isToggle(hit.col)) {
        this.editor.open();
      }
    }
  }

  private openRecord(index: number): void {
    const row = this.core.row(index);
    if (row !== undefined) {
      this.core.options.onOpenRecord?.(row, index);
    }
  }

  private onHandle(at: Point): boolean {
    const { range, view } = this.core;
    const corner = range && view.rect(range.bottom, range.right);
    if (corner === undefined) {
      return false;
    }
    const dx = at.x - corner.x - corner.width;
    const dy = at.y - corner.y - corner.height;
    return Math.hypot(dx, dy) <= reach;
  }

  private point(e: { clientX: number; clientY: number }): Point {
    const box = this.core.dom.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }
}

/** What a press on cells and bands does, by mouse or finger. */
import { rendererOf } from "../cells/registry";
import type { GridCore } from "../core";
import type { CellAction } from "../edit-types";
import { type Hit, hitTest } from "../hit-test";
import { type Pos, single, stretched } from "../selection";
import type { Stage } from "../stage";
import { headerHeight } from "../view";
import type { Writer } from "../writer";
import type { DragActions, Point } from "./drag";

/** How near to the middle of the handle a press counts. */
const reach = 7;

type CellHit = Extract<Hit, { kind: "cell" }>;

interface Keys {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

export class CellGestures {
  private readonly core: GridCore;
  private readonly stage: Stage;
  private readonly writer: Writer;

  constructor(core: GridCore, stage: Stage, writer: Writer) {
    this.core = core;
    this.stage = stage;
    this.writer = writer;
  }

  /** A press selects at once; a drag makes a range; a click may act on what was active already. */
  press(hit: CellHit, at: Point, keys: Keys): DragActions {
    const { core } = this;
    const wasActive = this.isActive(hit);
    const s = core.selection;
    if (keys.shiftKey && s !== undefined) {
      core.select({ mode: "cells", anchor: s.anchor, head: { row: hit.row, col: hit.col } });
    } else {
      core.select(single({ row: hit.row, col: hit.col }));
    }
    return {
      move: (to) => this.extendTo(to),
      end: (_, moved) => {
        if (!moved && !keys.shiftKey) {
          this.click(hit, at, wasActive || keys.ctrlKey || keys.metaKey);
        }
      },
    };
  }

  /** Moves the far corner of the selection to the cell at a point, or the nearest one. */
  extendTo(at: Point): void {
    const { selection: s } = this.core;
    const head = s && this.nearest(at);
    if (s !== undefined && head !== undefined) {
      this.core.select({ mode: "cells", anchor: s.anchor, head });
    }
  }

  /** The cell at a point, or the nearest one. */
  private nearest(at: Point): Pos | undefined {
    const { view } = this.core;
    const x = Math.max(1, Math.min(at.x, Math.min(view.width, view.cols.width - view.left) - 2));
    const y = Math.max(headerHeight + 1, Math.min(at.y, view.bottom - 2));
    const line = view.rows.at(view.layoutY(y));
    const col = Math.max(0, view.cols.at(x, view.left));
    return line?.kind === "record" ? { row: line.index, col } : undefined;
  }

  /** Whether a point is on the handle at the corner of the range. */
  onHandle(at: Point): boolean {
    const { range, selection, view, editing } = this.core;
    const rect = range && view.rect(range.bottom, range.right);
    if (rect === undefined || editing || selection?.mode !== "cells" || this.core.options.readOnly) {
      return false;
    }
    return Math.hypot(at.x - rect.x - rect.width + 1, at.y - rect.y - rect.height + 1) < reach;
  }

  /** Draws the range larger, one way; what it was fills the rest. */
  fill(): DragActions {
    const { core } = this;
    const from = core.range;
    return {
      move: (at) => {
        const cell = this.nearest(at);
        if (from !== undefined && cell !== undefined) {
          core.select(stretched(from, cell));
        }
      },
      end: (_, moved) => {
        const to = core.range;
        if (moved && from !== undefined && to !== undefined) {
          core.run(import("../fill").then(({ fill }) => fill(core, this.writer, from, to)));
        }
      },
    };
  }

  /** A click or tap on a cell that is selected now. */
  click(hit: CellHit, at: Point, wasActive: boolean): void {
    const { core } = this;
    const row = core.row(hit.row);
    if (row === undefined) {
      return;
    }
    if (hit.part === "expand" && !core.touch) {
      core.options.onOpenRecord?.(row, hit.row);
      return;
    }
    const action = this.actionAt(hit, at);
    if (action !== undefined && (wasActive || action.instant === true)) {
      this.run(hit, action);
    }
  }

  /** A click on something that is not a cell. */
  activate(hit: Hit): void {
    const { options, checks, view } = this.core;
    switch (hit.kind) {
      case "check-all":
        checks.setAll(checks.state(view.rows.count) !== "all");
        this.core.checksChanged();
        break;
      case "group":
        this.toggleGroup(hit.group);
        break;
      case "add-row":
        options.onAddRow?.({ group: options.source.groups?.[hit.group]?.key });
        break;
      case "add-column":
        this.addColumn();
        break;
      case "footer":
        this.summary(hit.col);
        break;
      default:
    }
  }

  isActive(hit: CellHit): boolean {
    const anchor = this.core.selection?.anchor;
    return anchor?.row === hit.row && anchor.col === hit.col;
  }

  isToggle(col: number): boolean {
    const column = this.core.view.column(col);
    return column !== undefined && this.writer.kindOf(column) === "toggle";
  }

  hitAt(at: Point): Hit {
    return hitTest(this.core.view, at.x, at.y);
  }

  /** What is to be said of a cell that is pointed at. */
  tipAt(hit: Hit): string {
    const column = hit.kind === "cell" ? this.core.view.column(hit.col) : undefined;
    const row = hit.kind === "cell" ? this.core.row(hit.row) : undefined;
    const { tip } = rendererOf(column?.type ?? "", this.core.options.renderers);
    return (column && tip?.(row?.fields[column.key])) ?? "";
  }

  private actionAt(hit: CellHit, at: Point): CellAction | undefined {
    const paint = this.stage.cell(hit.row, hit.col);
    return paint && rendererOf(paint.column.type, this.core.options.renderers).hit?.(paint, at.x, at.y);
  }

  private run(hit: CellHit, action: CellAction): void {
    const row = this.core.row(hit.row);
    const column = this.core.view.column(hit.col);
    if (row === undefined || column === undefined) {
      return;
    }
    if (action.kind === "set") {
      this.writer.put(hit.row, column, action.value, "toggle");
    } else if (action.kind === "open" && action.href !== undefined) {
      window.open(action.href, "_blank", "noopener,noreferrer");
    } else {
      this.core.options.onCellAction?.({ rowId: row.id, key: column.key }, action);
    }
  }

  private toggleGroup(index: number): void {
    const group = this.core.options.source.groups?.[index];
    if (group !== undefined) {
      this.core.options.onToggleGroup?.(group.key, !group.collapsed);
    }
  }

  private addColumn(): void {
    const { view, options } = this.core;
    const x = view.cols.width - view.left;
    const box = { x, y: 0, width: view.cols.total - view.cols.width, height: headerHeight };
    options.onAddColumn?.(this.core.toClient(box));
  }

  private summary(col: number): void {
    const { view, options } = this.core;
    const column = view.column(col);
    if (column !== undefined) {
      const x = view.cols.x(col, view.left);
      const box = { x, y: view.bottom, width: view.cols.widthOf(col), height: view.footer };
      options.onSummaryMenu?.(column.key, this.core.toClient(box));
    }
  }
}

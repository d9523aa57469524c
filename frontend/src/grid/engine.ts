/** The grid without React: puts the parts together and draws when something has changed. */
import { GridCore } from "./core";
import { createDom } from "./dom";
import type { CellRef } from "./edit-types";
import { CellGestures } from "./input/cell-gestures";
import { ClipboardInput } from "./input/clipboard-input";
import { ColumnGestures } from "./input/column-gestures";
import { CellEditor } from "./input/editor";
import { Keyboard } from "./input/keyboard";
import { Pointer } from "./input/pointer";
import { Touch } from "./input/touch";
import type { Mirror } from "./mirror";
import { Stage } from "./stage";
import { watchTheme } from "./theme";
import type {
  CheckedRows,
  GridApi,
  GridOptions,
  GridSelection,
  Rect,
  RowSource,
  SourceChange,
} from "./types";
import { Writer } from "./writer";

/** Native and real position drift apart in very long tables; they meet when scrolling pauses. */
const settleTime = 180;

export class GridEngine implements GridApi {
  private readonly core: GridCore;
  private readonly stage: Stage;
  private readonly editor: CellEditor;
  private readonly clipboard: ClipboardInput;
  private mirror: Mirror | undefined;
  private mirrorAsked = false;
  private gone = false;
  private readonly writer: Writer;
  private readonly pointer: Pointer;
  private readonly stops: (() => void)[] = [];
  private source: RowSource;
  private leaveSource: () => void;
  private frame = 0;
  private stale = true;
  private asked = { from: 0, to: 0 };
  private settleTimer: ReturnType<typeof setTimeout> | undefined;
  private peerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, options: GridOptions) {
    this.core = new GridCore(createDom(root), options, () => this.changed());
    this.stage = new Stage(this.core);
    const writer = new Writer(this.core);
    const keyboard = new Keyboard(this.core, writer, () => this.editor);
    this.editor = new CellEditor(this.core, writer, (move) => keyboard.move(move));
    this.clipboard = new ClipboardInput(this.core, writer);
    this.writer = writer;
    const cells = new CellGestures(this.core, this.stage, writer);
    const columns = new ColumnGestures(this.core, this.stage);
    this.pointer = new Pointer(this.core, cells, columns, this.editor);
    new Touch(this.core, cells, columns, this.editor);
    this.source = options.source;
    this.leaveSource = this.source.subscribe((change) => this.sourceChanged(change));
    this.core.peers.set(options.presence ?? [], performance.now());
    this.listen();
    this.stops.push(() => this.pointer.cancel());
    this.resized();
  }

  /** Takes new options. Cheap when little has changed: everything is drawn anew anyway. */
  update(options: GridOptions): void {
    if (options.source !== this.source) {
      this.leaveSource();
      this.source = options.source;
      this.leaveSource = this.source.subscribe((change) => this.sourceChanged(change));
    }
    this.core.peers.set(options.presence ?? [], performance.now());
    this.core.setOptions(options);
    this.core.rowsChanged();
    this.editor.refresh();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settleTimer);
    clearTimeout(this.peerTimer);
    this.gone = true;
    this.mirror?.stop();
    this.leaveSource();
    for (const stop of this.stops) {
      stop();
    }
    cancelAnimationFrame(this.frame);
    this.core.dom.root.replaceChildren();
  }

  focus(): void {
    this.core.dom.input.focus({ preventScroll: true });
  }

  select(row: number, key?: string): void {
    const col = key === undefined ? (this.core.selection?.anchor.col ?? 0) : this.core.view.columnIndex(key);
    this.core.selectCell(row, Math.max(0, col));
  }

  selection(): GridSelection | undefined {
    return this.core.describeSelection();
  }

  edit(): void {
    this.focus();
    this.editor.open();
  }

  scrollTo(row: number, key?: string): void {
    this.core.reveal(row, key === undefined ? -1 : this.core.view.columnIndex(key));
  }

  flash(cells: readonly CellRef[], kind: "reject" | "remote"): void {
    this.core.flashes.add(cells, kind, performance.now());
    this.core.draw();
  }

  checked(): CheckedRows {
    return this.core.checks.read(this.core.view.rows.count);
  }

  clearChecked(): void {
    this.core.checks.setAll(false);
    this.core.checksChanged();
  }

  cellRect(row: number, key: string): Rect | undefined {
    const rect = this.core.view.rect(row, this.core.view.columnIndex(key));
    return rect && this.core.toClient(rect);
  }

  async copy(): Promise<void> {
    await this.clipboard.copy();
  }

  redraw(): void {
    this.stage.themeChanged();
  }

  private listen(): void {
    const { scroller, input } = this.core.dom;
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    scroller.addEventListener("focus", () => this.focus()); // a click on its scroll bar
    input.addEventListener("focus", () => this.focusChanged(true));
    input.addEventListener("blur", () => this.focusChanged(false));
    const observer = new ResizeObserver(() => this.resized());
    observer.observe(scroller);
    const zoomed = () => this.resized(); // another pixel ratio
    window.addEventListener("resize", zoomed);
    this.stops.push(
      () => window.removeEventListener("resize", zoomed),
      () => observer.disconnect(),
      watchTheme(() => this.stage.themeChanged()),
    );
  }

  private focusChanged(focused: boolean): void {
    this.core.focused = focused;
    this.core.draw();
  }

  private scrolled(): void {
    const { view, dom } = this.core;
    view.scroll.scrolled(dom.scroller.scrollTop);
    view.left = dom.scroller.scrollLeft;
    this.pointer.scrolled();
    if (view.scroll.scaled) {
      clearTimeout(this.settleTimer);
      this.settleTimer = setTimeout(() => {
        dom.scroller.scrollTop = view.scroll.settle();
      }, settleTime);
    }
    this.core.draw();
  }

  /** A canvas that gets another size is empty: it is drawn at once. */
  private resized(): void {
    if (this.stage.resize()) {
      this.core.layout();
      this.stale = true;
      this.drawNow();
    }
  }

  private sourceChanged(change: SourceChange): void {
    if (change === "structure") {
      this.asked = { from: 0, to: 0 };
      this.core.rowsChanged();
    }
    this.editor.refresh();
    this.core.draw();
  }

  /** The table for screen readers is fetched once the grid has been drawn. */
  private mirrorLater(): void {
    this.mirror?.later();
    if (!this.mirrorAsked) {
      this.mirrorAsked = true;
      import("./mirror").then(
        ({ Mirror }) => {
          if (!this.gone) {
            this.mirror = new Mirror(this.core, this.writer);
            this.mirror.later();
          }
        },
        () => {
          this.mirrorAsked = false; // the next drawing tries again
        },
      );
    }
  }

  /** Something is to be drawn anew; the mirror follows. */
  private changed(): void {
    this.stale = true;
    this.later();
  }

  private later(): void {
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(() => this.drawNow());
    }
  }

  private drawNow(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const now = performance.now();
    this.ask();
    if (this.stage.draw(now)) {
      this.later();
    }
    this.editor.place();
    // A fading flash draws frame after frame, but says nothing new.
    if (this.stale) {
      this.stale = false;
      this.mirrorLater();
    }
    this.waitForPeers(now);
  }

  /** Tells the source what is on screen when that is new, or something of it is missing. */
  private ask(): void {
    const { from, to } = this.core.view.shownRows();
    const same = from === this.asked.from && to === this.asked.to;
    if (!same || this.core.row(from) === undefined || this.core.row(to - 1) === undefined) {
      this.asked = { from, to };
      this.source.want(from, to);
    }
  }

  private waitForPeers(now: number): void {
    const wait = this.core.peers.nextChange(now);
    clearTimeout(this.peerTimer);
    if (wait !== undefined) {
      this.peerTimer = setTimeout(() => this.core.draw(), wait + 10);
    }
  }
}

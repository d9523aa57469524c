/** What keys do. Text never comes this way: it arrives as input of the text field. */
import type { GridCore } from "../core";
import type { EditorMove } from "../edit-types";
import {
  type Direction,
  extended,
  isSingle,
  moved,
  paged,
  type Selection,
  single,
  tabbed,
} from "../selection";
import { headerHeight } from "../view";
import type { Writer } from "../writer";
import type { CellEditor } from "./editor";
import { foldGroup, openColumnMenu, openRowMenu } from "./menus";

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

interface Press {
  readonly key: string;
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
}

export class Keyboard {
  private readonly core: GridCore;
  private readonly writer: Writer;
  private readonly editor: () => CellEditor;

  constructor(core: GridCore, writer: Writer, editor: () => CellEditor) {
    this.core = core;
    this.writer = writer;
    this.editor = editor;
    core.dom.input.addEventListener("keydown", (e) => this.down(e));
  }

  /** Moves the active cell after an editor has closed. */
  move(move: EditorMove): void {
    const s = this.core.selection;
    if (s === undefined || move === "none") {
      return;
    }
    this.go(moved(s, move, false, this.core.view.extent));
  }

  private down(e: KeyboardEvent): void {
    // Keys of an input method: "Enter" there ends a composition and is nobody's command.
    if (e.isComposing || e.keyCode === 229) {
      return;
    }
    this.core.touch = false;
    const press = { key: e.key, mod: e.ctrlKey || e.metaKey, shift: e.shiftKey, alt: e.altKey };
    const editor = this.editor();
    const done = editor.isOpen ? this.whileEditing(e, press) : this.whileIdle(press);
    if (done) {
      e.preventDefault();
      e.stopPropagation();
    }
  }

  private whileEditing(e: KeyboardEvent, press: Press): boolean {
    const editor = this.editor();
    if (editor.sessionKey(e)) {
      return true;
    }
    switch (press.key) {
      case "Escape":
        editor.cancel();
        return true;
      case "Tab":
        editor.commit(press.shift ? "left" : "right");
        return true;
      case "Enter":
        return this.enterInEditor(press);
      default:
        return this.leaveByArrow(press);
    }
  }

  private enterInEditor(press: Press): boolean {
    const editor = this.editor();
    if (!editor.isInline) {
      return true;
    }
    if (press.alt || press.mod) {
      if (editor.isMultiline) {
        insertNewline(this.core.dom.input);
      }
      return true;
    }
    editor.commit(press.shift ? "up" : "down");
    return true;
  }

  private leaveByArrow({ key, shift, mod, alt }: Press): boolean {
    const direction = arrows[key];
    const editor = this.editor();
    if (direction === undefined || shift || mod || alt || !editor.quick || !editor.isInline) {
      return false;
    }
    editor.commit(direction);
    return true;
  }

  private whileIdle(press: Press): boolean {
    const s = this.core.selection;
    if (s === undefined) {
      return this.wake(press);
    }
    if (press.mod && !press.alt) {
      return this.command(press, s) || this.walk(press, s);
    }
    if (press.alt && press.shift && (press.key === "ArrowLeft" || press.key === "ArrowRight")) {
      foldGroup(this.core, s.anchor.row, press.key === "ArrowLeft");
      return true;
    }
    if (press.alt && press.key === "ArrowDown") {
      openColumnMenu(this.core, s.anchor.col);
      return true;
    }
    return this.act(press, s) || this.walk(press, s);
  }

  /** The first arrow key in a grid without a selection chooses the first cell on screen. */
  private wake({ key }: Press): boolean {
    if (arrows[key] === undefined && key !== "Home") {
      return false;
    }
    const row = key === "Home" ? 0 : this.core.view.shownRows().from;
    this.core.selectCell(row, 0);
    return true;
  }

  private walk({ key, mod, shift }: Press, s: Selection): boolean {
    const { extent } = this.core.view;
    const direction = arrows[key];
    if (direction !== undefined) {
      this.go(shift ? extended(s, direction, mod, extent) : moved(s, direction, mod, extent));
      return true;
    }
    if (key === "PageDown" || key === "PageUp") {
      this.go(paged(s, this.page() * (key === "PageDown" ? 1 : -1), shift, extent));
      return true;
    }
    if (key === "Home" || key === "End") {
      this.toEnd({ key, mod, shift }, s);
      return true;
    }
    return false;
  }

  /** First or last column; with Ctrl the first or last cell of all. */
  private toEnd({ key, mod, shift }: Omit<Press, "alt">, s: Selection): void {
    const { extent } = this.core.view;
    const end = key === "End";
    const from = shift ? s.head : s.anchor;
    const far = mod ? extent.step(0, end ? Infinity : 0) : from.row;
    const to = { row: far, col: end ? extent.cols - 1 : 0 };
    this.go(shift ? { mode: s.mode, anchor: s.anchor, head: to } : single(to));
  }

  private act({ key, shift, alt }: Press, s: Selection): boolean {
    switch (key) {
      case "Tab":
        return this.tab(s, shift);
      case "Enter":
        this.enter(s, shift, alt);
        return true;
      case "F2":
        this.editor().open();
        return true;
      case "Escape":
        return this.letGo(s);
      case " ":
        this.space(s, shift);
        return true;
      case "Delete":
      case "Backspace":
        this.clear();
        return true;
      case "ContextMenu":
        return this.menu(s);
      case "F10":
        return shift && this.menu(s);
      default:
        return false;
    }
  }

  private command({ key, shift }: Press, s: Selection): boolean {
    switch (key.toLowerCase()) {
      case "a":
        this.core.select({ mode: "all", anchor: s.anchor, head: s.head });
        return true;
      case "d":
        this.fillDown();
        return true;
      case "z":
        (shift ? this.core.options.onRedo : this.core.options.onUndo)?.();
        return true;
      case "y":
        this.core.options.onRedo?.();
        return true;
      default:
        return false;
    }
  }

  private tab(s: Selection, back: boolean): boolean {
    const next = tabbed(s, back, this.core.view.extent);
    if (next !== undefined) {
      this.go(next);
      return true;
    }
    if (back || this.core.options.canAddRow !== true) {
      return false; // the focus leaves the grid
    }
    this.core.options.onAddRow?.({ after: this.core.row(s.anchor.row)?.id });
    return true;
  }

  /** A range shrinks to its cell; a cell is let go, so that Tab leaves the grid. The page hears that one too. */
  private letGo(s: Selection): boolean {
    const shrinks = !isSingle(s);
    this.core.select(shrinks ? single(s.anchor) : undefined);
    return shrinks;
  }

  private enter(s: Selection, shift: boolean, alt: boolean): void {
    if (shift) {
      this.core.options.onAddRow?.({ after: this.core.row(s.anchor.row)?.id });
    } else if (!alt) {
      this.editor().open();
    }
  }

  private space(s: Selection, shift: boolean): void {
    if (shift) {
      this.go({ mode: "rows", anchor: s.anchor, head: s.head });
      return;
    }
    const row = this.core.row(s.anchor.row);
    if (row !== undefined) {
      this.core.options.onOpenRecord?.(row, s.anchor.row);
    }
  }

  private clear(): void {
    const { range } = this.core;
    if (range !== undefined) {
      this.core.run(this.writer.clear(range, "clear"));
    }
  }

  private fillDown(): void {
    const { range } = this.core;
    if (range !== undefined) {
      this.core.run(this.writer.fillDown(range));
    }
  }

  private menu({ anchor }: Selection): boolean {
    openRowMenu(this.core, anchor.row, anchor.col);
    return true;
  }

  private go(next: Selection): void {
    this.core.select(next);
    const at = this.core.selection?.head;
    if (at !== undefined) {
      this.core.reveal(at.row, at.col);
    }
  }

  private page(): number {
    const { view } = this.core;
    return Math.max(1, Math.floor((view.bottom - headerHeight) / view.rows.rowHeight) - 1);
  }
}

function insertNewline(input: HTMLTextAreaElement): void {
  input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new InputEvent("input"));
}

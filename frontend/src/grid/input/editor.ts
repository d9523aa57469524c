/**
 * The editing layer. The grid's text field has the focus all the time, unseen, on the
 * active cell: input methods can start in it and no letter is lost. It becomes visible
 * with the first letter, or hands its text to an editor of the page.
 */
import { rendererOf } from "../cells/registry";
import type { GridCore } from "../core";
import type { EditorMove } from "../edit-types";
import type { Writer } from "../writer";
import { hideField, placeField, showField, showTyped } from "./field";
import { type EditTarget, Session } from "./session";

type Mode = "idle" | "inline" | "composing" | "session";

export class CellEditor {
  /** Arrow keys leave the cell: it was opened by typing. */
  quick = false;
  private mode: Mode = "idle";
  private target: EditTarget | undefined;
  private before = "";
  private session: Session | undefined;
  private readonly core: GridCore;
  private readonly writer: Writer;
  private readonly move: (move: EditorMove) => void;

  constructor(core: GridCore, writer: Writer, move: (move: EditorMove) => void) {
    this.core = core;
    this.writer = writer;
    this.move = move;
    const { input } = core.dom;
    input.addEventListener("compositionstart", () => this.composing());
    input.addEventListener("compositionend", () => this.typed(false));
    input.addEventListener("input", (e) => this.typed((e as InputEvent).isComposing));
    input.addEventListener("blur", () => this.blurred());
  }

  get isOpen(): boolean {
    return this.mode !== "idle";
  }

  get isInline(): boolean {
    return this.mode === "inline";
  }

  get isMultiline(): boolean {
    return this.target !== undefined && this.writer.kindOf(this.target.column) === "multiline";
  }

  /** Keys go to the page's editor first; true if it took this one. */
  sessionKey(event: KeyboardEvent): boolean {
    return this.session?.key(event) === true;
  }

  /** Opens the active cell with its own text. */
  open(): void {
    const target = this.pick();
    if (target === undefined || this.isOpen) {
      return;
    }
    if (this.core.touch) {
      this.core.dom.input.blur(); // phones show their keyboard for a new focus only
    }
    switch (this.writer.kindOf(target.column)) {
      case "toggle":
        this.toggle(target);
        break;
      case "popover":
        this.openSession(target, null);
        break;
      default:
        this.openInline(target, this.writer.textToEdit(target.row, target.column));
        this.core.dom.input.setSelectionRange(this.before.length, this.before.length);
    }
  }

  /** Writes what is in the field and closes; false if the text was refused and the field stays open. */
  commit(move: EditorMove, force = false): boolean {
    const { target } = this;
    if (this.mode !== "inline" || target === undefined) {
      this.cancel();
      this.move(move);
      return true;
    }
    const text = this.core.dom.input.value;
    if (text !== this.before) {
      const parsed = this.writer.parse(target.column, text);
      if (parsed === undefined && !force) {
        this.core.dom.input.dataset.refused = "";
        return false;
      }
      this.close();
      this.write(target, parsed, text);
    } else {
      this.close();
    }
    this.move(move);
    return true;
  }

  cancel(): void {
    this.close();
  }

  /** Something else was clicked: keeps what can be kept. */
  finish(): void {
    if (this.mode === "inline") {
      this.commit("none", true);
    } else {
      this.close();
    }
  }

  /** Puts the field on the active cell; open editors follow their cell. */
  place(): void {
    const { view, selection } = this.core;
    const at = this.target ?? (selection && { index: selection.anchor.row, col: selection.anchor.col });
    const rect = at && view.rect(at.index, at.col);
    if (rect !== undefined) {
      const shown =
        this.mode === "session" ? showTyped(this.core) : this.mode === "inline" || this.mode === "composing";
      placeField(this.core, rect, shown, this.isMultiline);
      this.session?.moved(this.core.toClient(rect));
    }
  }

  /** The row or column that is edited may have moved or gone. */
  refresh(): void {
    const { target } = this;
    if (target === undefined) {
      return;
    }
    const index = this.core.options.source.indexOf(target.rowId);
    const col = this.core.view.columnIndex(target.column.key);
    const row = index < 0 ? undefined : this.core.row(index);
    if (row === undefined || col < 0) {
      this.close();
      return;
    }
    this.target = { ...target, row, index, col };
  }

  private composing(): void {
    if (this.isOpen) {
      return;
    }
    const target = this.pick();
    const kind = target && this.writer.kindOf(target.column);
    if (target === undefined || kind === "toggle") {
      return;
    }
    this.core.reveal(target.index, target.col);
    if (kind === "popover") {
      this.show("composing", target);
    } else {
      this.openInline(target, "");
      this.quick = true;
    }
  }

  private typed(composing: boolean): void {
    const { input } = this.core.dom;
    if (this.mode === "inline") {
      delete input.dataset.refused;
      this.place();
    } else if (this.mode === "session") {
      this.place();
      this.session?.text(input.value, composing);
    } else if (this.mode === "composing") {
      this.place();
      if (!composing && this.target !== undefined) {
        this.openSession(this.target, input.value);
      }
    } else if (!composing && input.value !== "") {
      this.typedOnCell(input.value);
    }
  }

  private typedOnCell(text: string): void {
    const target = this.pick();
    if (target === undefined) {
      this.core.dom.input.value = "";
      return;
    }
    this.core.reveal(target.index, target.col);
    switch (this.writer.kindOf(target.column)) {
      case "toggle":
        this.core.dom.input.value = "";
        this.toggle(target, text);
        break;
      case "popover":
        this.openSession(target, text);
        break;
      default:
        this.quick = true;
        this.show("inline", target);
        this.before = "\u0000";
    }
  }

  /** The active cell if it may be changed. */
  private pick(): EditTarget | undefined {
    const active = this.core.active();
    return active && this.writer.mayWrite(active.row, active.column)
      ? { ...active, rowId: active.row.id }
      : undefined;
  }

  private openInline(target: EditTarget, text: string): void {
    this.core.reveal(target.index, target.col);
    this.quick = false;
    this.before = text;
    this.core.dom.input.value = text;
    this.show("inline", target);
  }

  private show(mode: "inline" | "composing", target: EditTarget): void {
    this.mode = mode;
    this.target = target;
    this.core.editing = true;
    showField(this.core, target.column.type, this.isMultiline);
    this.place();
    this.core.draw();
  }

  private openSession(target: EditTarget, text: string | null): void {
    const { input } = this.core.dom;
    this.core.reveal(target.index, target.col);
    const rect = this.core.view.rect(target.index, target.col);
    const session =
      rect &&
      new Session({
        target,
        initialText: text,
        rect: this.core.toClient(rect),
        typed: () => input.value,
        clear: () => {
          input.value = "";
          this.typed(false);
        },
        put: (value) => this.write(this.target ?? target, { value }),
        close: (move) => {
          this.close();
          input.focus({ preventScroll: true });
          this.move(move);
        },
      });
    if (session === undefined || this.core.options.onOpenEditor === undefined) {
      this.close();
      return;
    }
    this.mode = "session";
    this.target = target;
    this.session = session;
    this.core.editing = true;
    this.place();
    this.core.draw();
    if (!this.core.options.onOpenEditor(session.face) && this.session === session) {
      this.close();
    }
  }

  private toggle({ index, row, column }: EditTarget, typed?: string): void {
    const { toggle } = rendererOf(column.type, this.core.options.renderers);
    const next = toggle?.(row.fields[column.key], column, typed);
    if (next !== undefined) {
      this.writer.put(index, column, next, "toggle");
    }
  }

  private write(target: EditTarget, parsed: { value: unknown } | undefined, text?: string): void {
    const index = this.core.options.source.indexOf(target.rowId);
    const origin = text === undefined ? "editor" : "type";
    if (index >= 0) {
      this.writer.typed(index, target.column, parsed, origin, text);
    }
  }

  private close(): void {
    const { session } = this;
    this.mode = "idle";
    this.session = undefined;
    this.target = undefined;
    this.quick = false;
    this.core.editing = false;
    hideField(this.core);
    session?.closed();
    this.place();
    this.core.draw();
  }

  private blurred(): void {
    if (this.mode === "inline" || this.mode === "composing") {
      this.finish();
    }
  }
}

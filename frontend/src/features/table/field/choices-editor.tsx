import { ArrowDownAZ, CircleCheck, ClipboardPaste, GripVertical, Plus, Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { ColorSwatches } from "@/ui/color-swatches";
import { colorOf, colors } from "@/ui/palette";
import { Popover } from "@/ui/popover";
import css from "./field.module.css";

/** An option that may not have an id yet. */
export interface ChoiceInput {
  readonly id?: string;
  /** Names it while it is edited: its id, or a word of the page. */
  readonly ref: string;
  readonly name: string;
  readonly color: string;
  /** A state that ends the work. */
  readonly done?: boolean;
  readonly parent?: string;
  /** How deep it stands in its tree. */
  readonly depth?: number;
}

export interface ChoicesEditorProps {
  readonly choices: readonly ChoiceInput[];
  readonly onChange: (choices: readonly ChoiceInput[]) => void;
  /** They are states: each may be one that ends the work. */
  readonly states?: boolean;
}

let made = 0;

/** A new option with the colour that is used least. */
export function newChoice(choices: readonly ChoiceInput[], name = "", depth = 0): ChoiceInput {
  made += 1;
  return { ref: `new-${made}`, name, color: nextColor(choices), ...(depth > 0 && { depth }) };
}

/** The colour that is used least. */
export function nextColor(choices: readonly ChoiceInput[]): string {
  const uses = (color: string) => choices.filter((one) => one.color === color).length;
  return [...colors].sort((a, b) => uses(a) - uses(b))[0] ?? "gray";
}

function added(choices: readonly ChoiceInput[], names: readonly string[]): ChoiceInput[] {
  const all = [...choices];
  for (const name of names) {
    if (name === "" || !all.some((one) => one.name === name)) {
      all.push(newChoice(all, name));
    }
  }
  return all;
}

interface RowProps {
  readonly choice: ChoiceInput;
  readonly states: boolean;
  readonly over: boolean;
  readonly onChange: (choice: ChoiceInput) => void;
  readonly onRemove: () => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onPaste: (lines: readonly string[]) => void;
  readonly onDrag: (phase: "start" | "over" | "drop" | "end") => void;
}

function ChoiceRow({ choice, states, over, onChange, onRemove, onKey, onPaste, onDrag }: RowProps) {
  const color = colorOf(choice.color);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is a pointer's way; Alt with arrows moves by key
    <div
      className={css.choice}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        onDrag("over");
      }}
      onDrop={() => onDrag("drop")}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
      <span draggable onDragStart={() => onDrag("start")} onDragEnd={() => onDrag("end")}>
        <GripVertical size={14} aria-hidden="true" />
      </span>
      <Popover
        label={t("common.color")}
        trigger={
          <button
            type="button"
            className={css.swatch}
            aria-label={t("common.color")}
            style={{ background: `var(--opt-${color})` }}
          />
        }
      >
        <div className={css.colors}>
          <ColorSwatches value={color} onChange={(next) => onChange({ ...choice, color: next })} />
        </div>
      </Popover>
      <input
        value={choice.name}
        maxLength={100}
        aria-label={t("table.optionName")}
        placeholder={t("table.optionName")}
        style={{ color: `var(--opt-${color}-fg)`, background: `var(--opt-${color}-bg)` }}
        onChange={(event) => onChange({ ...choice, name: event.target.value })}
        onKeyDown={onKey}
        onPaste={(event) => {
          const lines = event.clipboardData.getData("text/plain").split(/\r?\n/);
          if (lines.length > 1) {
            event.preventDefault();
            onPaste(lines.map((line) => line.trim()).filter(Boolean));
          }
        }}
      />
      {states && (
        <button
          type="button"
          className={css.doneMark}
          aria-pressed={choice.done === true}
          title={t("fset.doneHint")}
          onClick={() => onChange({ ...choice, done: choice.done !== true })}
        >
          <CircleCheck aria-hidden="true" />
          {t("fset.done")}
        </button>
      )}
      <IconButton size={24} label={t("table.removeOption")} onClick={onRemove}>
        <Trash2 size={14} />
      </IconButton>
    </div>
  );
}

/** The options of a select field: Enter makes the next, pasted lines make many, Alt+arrows move. */
export function ChoicesEditor({ choices, onChange, states = false }: ChoicesEditorProps) {
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const list = useRef<HTMLDivElement>(null);

  /** Changes them and goes on writing in one: it is there before the next key comes. */
  function changeAt(next: readonly ChoiceInput[], index: number): void {
    flushSync(() => onChange(next));
    list.current?.querySelectorAll("input")[index]?.focus();
  }

  function move(from: number, to: number): void {
    const next = [...choices];
    const [one] = next.splice(from, 1);
    if (one && to >= 0 && to < choices.length) {
      next.splice(to, 0, one);
      changeAt(next, to);
    }
  }

  function handleKey(event: KeyboardEvent, index: number): void {
    if (event.nativeEvent.isComposing || event.ctrlKey) {
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      changeAt([...choices.slice(0, index + 1), newChoice(choices), ...choices.slice(index + 1)], index + 1);
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(index, index + (event.key === "ArrowUp" ? -1 : 1));
    } else if (event.key === "Backspace" && choices[index]?.name === "") {
      event.preventDefault();
      changeAt(
        choices.filter((_, i) => i !== index),
        Math.max(0, index - 1),
      );
    }
  }

  function handleDrag(phase: "start" | "over" | "drop" | "end", index: number): void {
    if (phase === "start") {
      setDragged(index);
    } else if (phase === "over") {
      setOver(index);
    } else {
      if (phase === "drop" && dragged !== undefined) {
        move(dragged, index);
      }
      setDragged(undefined);
      setOver(undefined);
    }
  }

  async function handlePasteMany(): Promise<void> {
    const text = await navigator.clipboard.readText();
    onChange(
      added(
        choices,
        text
          .split(/\r?\n|\t/)
          .map((line) => line.trim())
          .filter(Boolean),
      ),
    );
  }

  return (
    <div style={{ display: "grid", gap: 6 }}>
      <div className={css.label}>
        {t(states ? "fset.states" : "table.options")}
        <span>{choices.length}</span>
        <span>
          <Button
            size={30}
            icon={<ArrowDownAZ />}
            onClick={() => onChange([...choices].sort((a, b) => a.name.localeCompare(b.name, "zh-CN")))}
          >
            {t("table.sortOptions")}
          </Button>
          <Button size={30} icon={<ClipboardPaste />} onClick={() => void handlePasteMany()}>
            {t("table.pasteOptions")}
          </Button>
        </span>
      </div>
      <div ref={list} className={css.choices}>
        {choices.map((choice, index) => (
          <ChoiceRow
            key={choice.ref}
            states={states}
            choice={choice}
            over={over === index && dragged !== undefined && dragged !== index}
            onChange={(next) => onChange(choices.map((one, i) => (i === index ? next : one)))}
            onRemove={() => onChange(choices.filter((_, i) => i !== index))}
            onKey={(event) => handleKey(event, index)}
            onPaste={(lines) =>
              onChange(
                added(
                  choices.filter((one) => one.name !== ""),
                  lines,
                ),
              )
            }
            onDrag={(phase) => handleDrag(phase, index)}
          />
        ))}
        <Button icon={<Plus />} onClick={() => changeAt([...choices, newChoice(choices)], choices.length)}>
          {t("table.addOption")}
        </Button>
      </div>
    </div>
  );
}

import { ClipboardPaste, IndentDecrease, IndentIncrease, Plus, Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Textarea } from "@/ui/input";
import { Segmented } from "@/ui/segmented";
import { branchLength, indented, outline } from "../choice-tree";
import { type ChoiceInput, newChoice } from "../choices-editor";
import css from "../field.module.css";
import { ProblemLine } from "../problem";
import type { SettingProps } from "./parts";

const isTyping = (event: KeyboardEvent) => event.nativeEvent.isComposing || event.ctrlKey || event.metaKey;

function useTree({ draft, onDraft }: SettingProps) {
  const list = useRef<HTMLDivElement>(null);
  const { choices } = draft;
  const change = (next: readonly ChoiceInput[]) => onDraft({ ...draft, choices: next });
  /** Changes them and goes on writing in one: it is there before the next key comes. */
  function changeAt(next: readonly ChoiceInput[], index: number): void {
    flushSync(() => change(next));
    list.current?.querySelectorAll("input")[index]?.focus();
  }
  function add(index: number, depth: number): void {
    changeAt([...choices.slice(0, index), newChoice(choices, "", depth), ...choices.slice(index)], index);
  }
  function remove(index: number): void {
    const end = index + branchLength(choices, index);
    changeAt(
      choices.filter((_, i) => i < index || i >= end),
      Math.max(0, index - 1),
    );
  }
  function shift(event: KeyboardEvent, index: number): void {
    const next = indented(choices, index, event.shiftKey ? -1 : 1);
    if (next !== choices) {
      event.preventDefault();
      change(next);
    }
  }
  function handleKey(event: KeyboardEvent, index: number): void {
    const choice = choices[index];
    if (isTyping(event) || choice === undefined) {
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      add(index + 1, choice.depth ?? 0);
    } else if (event.key === "Tab" && choice.name !== "") {
      shift(event, index);
    } else if (event.key === "Backspace" && choice.name === "" && branchLength(choices, index) === 1) {
      event.preventDefault();
      remove(index);
    }
  }
  function paste(text: string): void {
    const all = choices.filter((one) => one.name !== "");
    for (const { name, depth } of outline(text)) {
      all.push(newChoice(all, name, depth));
    }
    change(all);
  }
  return { list, choices, change, add, remove, handleKey, paste };
}

function Line({ tree, index }: { readonly tree: ReturnType<typeof useTree>; readonly index: number }) {
  const { choices, change, remove, handleKey, paste } = tree;
  const choice = choices[index];
  if (choice === undefined) {
    return null;
  }
  return (
    <div className={css.choice} style={{ paddingInlineStart: 8 + (choice.depth ?? 0) * 22 }}>
      <input
        className={css.node}
        value={choice.name}
        maxLength={100}
        aria-label={t("table.optionName")}
        placeholder={t("table.optionName")}
        onChange={(event) =>
          change(choices.map((one, i) => (i === index ? { ...one, name: event.target.value } : one)))
        }
        onKeyDown={(event) => handleKey(event, index)}
        onPaste={(event) => {
          const text = event.clipboardData.getData("text/plain");
          if (/\r?\n/u.test(text)) {
            event.preventDefault();
            paste(text);
          }
        }}
      />
      <IconButton size={24} label={t("fset.outdent")} onClick={() => change(indented(choices, index, -1))}>
        <IndentDecrease size={14} />
      </IconButton>
      <IconButton size={24} label={t("fset.indent")} onClick={() => change(indented(choices, index, 1))}>
        <IndentIncrease size={14} />
      </IconButton>
      <IconButton size={24} label={t("table.removeOption")} onClick={() => remove(index)}>
        <Trash2 size={14} />
      </IconButton>
    </div>
  );
}

function Paste({ onPaste }: { readonly onPaste: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <div className={css.inset}>
      <Textarea
        rows={5}
        aria-label={t("fset.pasteTree")}
        placeholder={t("fset.pasteTreeHint")}
        value={text}
        onChange={setText}
      />
      <div>
        <Button kind="line" disabled={text.trim() === ""} onClick={() => onPaste(text)}>
          {t("fset.addLines")}
        </Button>
      </div>
    </div>
  );
}

function TreeEditor(props: SettingProps) {
  const tree = useTree(props);
  const [pasting, setPasting] = useState(false);
  return (
    <>
      <div className={css.label}>
        {t("fset.levels")}
        <span>{tree.choices.length}</span>
        <span>
          <Button size={30} icon={<ClipboardPaste />} onClick={() => setPasting(!pasting)}>
            {t("fset.pasteTree")}
          </Button>
        </span>
      </div>
      {pasting && (
        <Paste
          onPaste={(text) => {
            tree.paste(text);
            setPasting(false);
          }}
        />
      )}
      <div ref={tree.list} className={css.choices}>
        {tree.choices.map((choice, index) => (
          <Line key={choice.ref} tree={tree} index={index} />
        ))}
        <Button icon={<Plus />} onClick={() => tree.add(tree.choices.length, 0)}>
          {t("fset.addTop")}
        </Button>
      </div>
      <ProblemLine at={["options.choices"]} />
    </>
  );
}

/** A tree of options made by hand, or the regions of China. */
export function Cascader(props: SettingProps) {
  const regions = props.draft.options.tree === "CN";
  return (
    <>
      <Segmented
        wide
        label={t("fset.treeOf")}
        value={regions ? "CN" : "own"}
        segments={[
          { value: "own", label: t("fset.treeOwn") },
          { value: "CN", label: t("fset.treeRegions") },
        ]}
        onChange={(next) => props.set("tree", next === "CN" ? "CN" : undefined)}
      />
      {regions ? <p className={css.note}>{t("fset.regionsHint")}</p> : <TreeEditor {...props} />}
    </>
  );
}

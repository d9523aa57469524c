/** A list over a cell: the grid's input keeps the focus, what is typed there searches here. */
import { Check, Plus } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { EditorSession } from "@/grid/edit-types";
import { fold, matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import type { Option } from "@/ui/listbox";
import popup from "@/ui/popup.module.css";
import css from "./fields.module.css";

export interface PickCellProps {
  readonly session: EditorSession;
  readonly options: readonly Option[];
  readonly selected: readonly string[];
  readonly multiple: boolean;
  /** What stands above the list: the chosen ones. */
  readonly head?: ReactNode;
  /** The options are found elsewhere: nothing is filtered here. */
  readonly onSearch?: (text: string) => void;
  readonly onPick: (value: string) => void;
  readonly onCreate?: (name: string) => void;
  /** Backspace with nothing typed. */
  readonly onRemoveLast?: () => void;
}

const create = "\u0000create";

function useTyped(session: EditorSession, onSearch: ((text: string) => void) | undefined) {
  const [text, setText] = useState(() => session.text());
  const query = text.trim();
  // The grid's input tells what is typed; some was typed while this came.
  useEffect(() => {
    setText(session.text());
    return session.listen({ text: (value) => setText(value) });
  }, [session]);
  // Whoever searches elsewhere hears of it.
  useEffect(() => onSearch?.(query), [query, onSearch]);
  return query;
}

function rowsOf(props: PickCellProps, query: string): Option[] {
  const { options, onSearch, onCreate } = props;
  const found =
    onSearch || query === "" ? [...options] : options.filter((one) => matches(query, one.label, one.search));
  const same = options.some((one) => fold(one.label) === fold(query));
  return onCreate && query !== "" && !same
    ? [
        ...found,
        { value: create, label: t("common.createNamed", { name: query }), icon: <Plus aria-hidden="true" /> },
      ]
    : found;
}

export function PickCell(props: PickCellProps) {
  const { session, selected, multiple, onPick, onCreate, onRemoveLast } = props;
  const query = useTyped(session, props.onSearch);
  const rows = rowsOf(props, query);
  const [active, setActive] = useState(() => {
    const at = props.options.findIndex((one) => selected.includes(one.value));
    return query === "" ? Math.max(0, at) : 0;
  });
  const asked = useRef(query);
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(active, rows.length - 1);

  function pick(row: Option | undefined): void {
    if (row === undefined) {
      return;
    }
    if (row.value === create) {
      onCreate?.(query);
    } else {
      onPick(row.value);
    }
    if (multiple) {
      session.clear();
    }
  }

  function handleKey(event: KeyboardEvent): boolean {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      setActive((current + (key === "ArrowDown" ? 1 : -1) + rows.length) % Math.max(1, rows.length));
      return true;
    }
    if (key === "Enter" && rows.length > 0) {
      pick(rows[current]);
      return true;
    }
    if (key === "Tab" && query !== "" && rows[current] && rows[current].value !== create) {
      pick(rows[current]); // the grid closes it and moves on
      return false;
    }
    if (key === "Backspace" && query === "" && onRemoveLast) {
      onRemoveLast();
      return true;
    }
    return false;
  }

  const keys = useRef(handleKey);
  keys.current = handleKey;
  // The grid's input hands its keys over.
  useEffect(() => session.listen({ key: (event) => keys.current(event) }), [session]);
  // A new search starts at the top.
  useEffect(() => {
    if (asked.current !== query) {
      asked.current = query;
      setActive(0);
    }
  }, [query]);
  // Keeps the active row in sight.
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);

  return (
    <>
      {props.head && <div className={css.head}>{props.head}</div>}
      <div ref={list} role="listbox" aria-label={session.column.title} className={css.list}>
        {rows.map((row, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid's input handles the keys
          <div
            key={row.value}
            role="option"
            tabIndex={-1}
            aria-selected={selected.includes(row.value)}
            data-active={index === current}
            className={popup.item}
            onPointerMove={() => setActive(index)}
            onClick={() => pick(row)}
          >
            {row.icon}
            <span className={popup.grow}>{row.show ?? row.label}</span>
            {row.hint && <span className={popup.hint}>{row.hint}</span>}
            {selected.includes(row.value) && <Check className={popup.check} aria-hidden="true" />}
          </div>
        ))}
        {rows.length === 0 && <div className={css.none}>{t("common.noResult")}</div>}
      </div>
    </>
  );
}

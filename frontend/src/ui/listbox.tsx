import { Check, Plus, Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { fold, matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import css from "./listbox.module.css";
import popup from "./popup.module.css";

export interface Option {
  readonly value: string;
  readonly label: string;
  /** Stands before the label: an icon, an avatar. */
  readonly icon?: ReactNode;
  /** Drawn instead of the label: a pill. */
  readonly show?: ReactNode;
  readonly hint?: string;
  /** More words by which it is found. */
  readonly search?: string;
  readonly disabled?: boolean;
}

export interface ListboxProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly selected: readonly string[];
  readonly onPick: (value: string) => void;
  readonly multiple?: boolean;
  /** A search line above. It takes the focus. */
  readonly search?: boolean;
  readonly placeholder?: string;
  readonly initialSearch?: string;
  /** The options are found elsewhere (by the server): told what was typed, nothing is filtered here. */
  readonly onSearch?: (text: string) => void;
  /** Offers to make an option of what was typed. */
  readonly onCreate?: (text: string) => void;
  readonly empty?: string;
}

const createId = "\u0000create";

interface Row extends Option {
  readonly create?: boolean;
}

function useRows(props: ListboxProps, text: string): readonly Row[] {
  const { options, onSearch, onCreate } = props;
  return useMemo(() => {
    const query = text.trim();
    const found =
      onSearch || !query ? options : options.filter((option) => matches(query, option.label, option.search));
    const same = options.some((option) => fold(option.label) === fold(query));
    if (!onCreate || !query || same) {
      return found;
    }
    return [...found, { value: createId, label: t("common.createNamed", { name: query }), create: true }];
  }, [options, onSearch, onCreate, text]);
}

function nextIndex(rows: readonly Row[], from: number, step: number): number {
  for (let tried = 1; tried <= rows.length; tried++) {
    const index = (from + step * tried + rows.length * tried) % rows.length;
    if (!rows[index]?.disabled) {
      return index;
    }
  }
  return from;
}

interface OptionRowProps {
  readonly id: string;
  readonly row: Row;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onPick: () => void;
  readonly onHover: () => void;
}

function OptionRow({ id, row, active, selected, onPick, onHover }: OptionRowProps) {
  return (
    // The keys are handled by the list, which holds the focus.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-disabled={row.disabled}
      data-active={active}
      className={popup.item}
      onPointerMove={onHover}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => !row.disabled && onPick()}
    >
      {row.create ? <Plus aria-hidden="true" /> : row.icon}
      <span className={popup.grow}>{row.show ?? row.label}</span>
      {row.hint && <span className={popup.hint}>{row.hint}</span>}
      {selected && <Check className={popup.check} aria-hidden="true" />}
    </div>
  );
}

interface KeysOptions {
  readonly rows: readonly Row[];
  readonly current: number;
  readonly search: boolean;
  readonly onMove: (index: number) => void;
  readonly onPick: (row: Row | undefined) => void;
}

/** Arrows, Home and End move, Enter picks; without a search line letters jump to a label. */
function useListKeys({ rows, current, search, onMove, onPick }: KeysOptions) {
  const typed = useRef({ text: "", at: 0 });
  function jump(event: KeyboardEvent): void {
    const { text: before, at } = typed.current;
    const prefix = (event.timeStamp - at < 700 ? before : "") + event.key;
    typed.current = { text: prefix, at: event.timeStamp };
    const index = rows.findIndex((row) => fold(row.label).startsWith(fold(prefix)));
    if (index >= 0) {
      onMove(index);
    }
  }
  return (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    const moves: Record<string, number> = {
      ArrowDown: nextIndex(rows, current, 1),
      ArrowUp: nextIndex(rows, current, -1),
      ...(search ? {} : { Home: nextIndex(rows, -1, 1), End: nextIndex(rows, rows.length, -1) }),
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      onMove(to);
    } else if (event.key === "Enter" || (event.key === " " && !search)) {
      event.preventDefault();
      onPick(rows[current]);
    } else if (!search && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      jump(event);
    }
  };
}

interface SearchLineProps {
  readonly label: string;
  readonly placeholder: string;
  readonly list: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly owner: {
    readonly "aria-activedescendant": string | undefined;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

function SearchLine({ label, placeholder, list, text, onText, owner }: SearchLineProps) {
  return (
    <div className={css.search}>
      <Search size={15} aria-hidden="true" />
      <input
        // biome-ignore lint/a11y/noAutofocus: the list was opened to choose from
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => onText(event.target.value)}
        {...owner}
      />
    </div>
  );
}

/** Options to choose from, with a search line if wanted; made to stand in a popover. */
export function Listbox(props: ListboxProps) {
  const { label, selected, onPick, multiple, search, onSearch, onCreate, empty } = props;
  const id = useId();
  const [text, setText] = useState(props.initialSearch ?? "");
  const rows = useRows(props, text);
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      rows.findIndex((row) => selected.includes(row.value)),
    ),
  );
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(active, rows.length - 1);

  function pick(row: Row | undefined): void {
    if (!row || row.disabled) {
      return;
    }
    if (row.create) {
      onCreate?.(text.trim());
    } else {
      onPick(row.value);
    }
    if (multiple) {
      handleText("");
    }
  }

  function handleText(value: string): void {
    setText(value);
    setActive(0);
    onSearch?.(value);
  }

  const handleKey = useListKeys({ rows, current, search: search ?? false, onMove: setActive, onPick: pick });

  // Keeps the active row in sight.
  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
    void current;
  }, [current]);

  const owner = {
    "aria-activedescendant": rows[current] ? `${id}-${current}` : undefined,
    onKeyDown: handleKey,
  };
  return (
    <div className={css.root}>
      {search && (
        <SearchLine
          label={label}
          placeholder={props.placeholder ?? t("common.search")}
          list={`${id}-list`}
          text={text}
          onText={handleText}
          owner={owner}
        />
      )}
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-multiselectable={multiple}
        className={css.list}
        {...(search ? {} : { tabIndex: 0, autoFocus: true, ...owner })}
      >
        {rows.map((row, index) => (
          <OptionRow
            key={row.value}
            id={`${id}-${index}`}
            row={row}
            active={index === current}
            selected={selected.includes(row.value)}
            onPick={() => pick(row)}
            onHover={() => setActive(index)}
          />
        ))}
        {rows.length === 0 && <div className={cx(css.empty)}>{empty ?? t("common.noResult")}</div>}
      </div>
    </div>
  );
}

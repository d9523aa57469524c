/** A tree, one level at a time: a row with more below it opens, any node can be chosen. */
import { Check, ChevronLeft, ChevronRight } from "lucide-react";
import { type KeyboardEvent as ReactKey, type RefObject, useEffect, useRef, useState } from "react";
import { t } from "@/lib/i18n";
import popup from "@/ui/popup.module.css";
import css from "./pane.module.css";
import { searchTree, type Tree, type TreeNode } from "./tree";

export interface TreePaneProps {
  readonly tree: Tree;
  readonly selected: readonly string[];
  readonly query: string;
  readonly label: string;
  readonly onPick: (node: TreeNode) => void;
  /** Takes the keys of whoever holds the focus; answers whether it used one. */
  readonly keys?: RefObject<(event: KeyboardEvent) => boolean>;
}

interface Row {
  readonly node: TreeNode;
  /** Chooses the level itself instead of opening it. */
  readonly whole?: boolean;
  readonly opens: boolean;
}

function rowsOf(tree: Tree, at: string | undefined, query: string): readonly Row[] {
  if (query !== "") {
    return searchTree(tree, query).map((node) => ({ node, opens: false }));
  }
  const level = tree.children(at).map((node) => ({ node, opens: tree.children(node.id).length > 0 }));
  const here = at === undefined ? undefined : tree.get(at);
  return here === undefined ? level : [{ node: here, whole: true, opens: false }, ...level];
}

function useLevel({ tree, selected }: TreePaneProps) {
  const [at, setAt] = useState<string>();
  const start = useRef(false);
  // Opens where the chosen node stands, once the tree is there.
  useEffect(() => {
    if (!start.current && tree.nodes.length > 0) {
      start.current = true;
      setAt(tree.get(selected[0] ?? "")?.parent);
    }
  }, [tree, selected]);
  return [at, setAt] as const;
}

function stepOf(key: string): number {
  return Number(key === "ArrowDown") - Number(key === "ArrowUp");
}

/** The rows with their active one, driven by keys and by the pointer. */
function usePane(props: TreePaneProps) {
  const { tree, query, onPick } = props;
  const [at, setAt] = useLevel(props);
  const [active, setActive] = useState(0);
  const rows = rowsOf(tree, at, query);
  const current = Math.min(active, Math.max(0, rows.length - 1));
  // A new search starts at the top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another search does
  useEffect(() => setActive(0), [query]);

  function go(level: string | undefined, focus = 0): void {
    setAt(level);
    setActive(focus);
  }
  function back(): void {
    const here = at === undefined ? undefined : tree.get(at);
    if (here !== undefined) {
      go(here.parent);
    }
  }
  function open(row: Row | undefined): void {
    if (row?.opens) {
      go(row.node.id, 1);
    } else if (row !== undefined) {
      onPick(row.node);
    }
  }
  function handleKey(event: Pick<KeyboardEvent, "key">): boolean {
    const step = stepOf(event.key);
    const row = rows[current];
    if (step !== 0) {
      setActive((current + step + rows.length) % Math.max(1, rows.length));
    } else if (event.key === "Enter" && row !== undefined) {
      open(row);
    } else if (event.key === "ArrowRight" && query === "" && row?.opens) {
      open(row);
    } else if (event.key === "ArrowLeft" && query === "" && at !== undefined) {
      back();
    } else {
      return false;
    }
    return true;
  }
  return { rows, current, setActive, at, back, open, handleKey };
}

function PaneRow(props: {
  readonly row: Row;
  readonly tree: Tree;
  readonly query: string;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly onHover: () => void;
  readonly onClick: () => void;
}) {
  const { row, tree, query, active, chosen, onHover, onClick } = props;
  const way = tree.path(row.node.id).slice(0, -1);
  const above = query === "" ? "" : way.map(({ name }) => name).join(" / ");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: whoever holds the focus handles the keys
    <div
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active}
      className={popup.item}
      onPointerMove={onHover}
      onClick={onClick}
    >
      <span className={popup.grow}>
        {row.whole === true ? `${row.node.name} · ${t("kinds.all")}` : row.node.name}
      </span>
      {above !== "" && <span className={popup.hint}>{above}</span>}
      {chosen && <Check className={popup.check} aria-hidden="true" />}
      {row.opens && <ChevronRight aria-hidden="true" />}
    </div>
  );
}

export function TreePane(props: TreePaneProps) {
  const { tree, selected, query, label, keys } = props;
  const { rows, current, setActive, at, back, open, handleKey } = usePane(props);
  const list = useRef<HTMLDivElement>(null);
  if (keys) {
    keys.current = handleKey;
  }
  // Keeps the active row in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another level has other rows
  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current, at]);
  return (
    <div className={css.pane}>
      {at !== undefined && query === "" && (
        <button type="button" className={css.back} aria-label={t("kinds.back")} onClick={back}>
          <ChevronLeft aria-hidden="true" />
          <span>
            {tree
              .path(at)
              .map(({ name }) => name)
              .join(" / ")}
          </span>
        </button>
      )}
      <div ref={list} role="listbox" aria-label={label} className={css.rows}>
        {rows.map((row, index) => (
          <PaneRow
            key={`${row.whole === true ? "all" : ""}${row.node.id}`}
            row={row}
            tree={tree}
            query={query}
            active={index === current}
            chosen={selected.includes(row.node.id)}
            onHover={() => setActive(index)}
            onClick={() => open(row)}
          />
        ))}
        {rows.length === 0 && !tree.loading && (
          <div className={css.none}>{t(tree.failed ? "kinds.loadFailed" : "common.noResult")}</div>
        )}
        {tree.loading && <div className={css.none} data-busy="true" />}
      </div>
    </div>
  );
}

/** A search line over the pane: it holds the focus and hands its keys over. */
export function TreePicker(props: Omit<TreePaneProps, "query" | "keys">) {
  const [text, setText] = useState("");
  const keys = useRef<(event: KeyboardEvent) => boolean>(() => false);
  const handleKey = (event: ReactKey) => {
    if (!event.nativeEvent.isComposing && keys.current(event.nativeEvent)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div className={css.picker}>
      <input
        // biome-ignore lint/a11y/noAutofocus: it was opened to be used
        autoFocus
        type="search"
        className={css.search}
        value={text}
        placeholder={t("kinds.search")}
        aria-label={t("kinds.search")}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKey}
      />
      <TreePane {...props} query={text.trim()} keys={keys} />
    </div>
  );
}

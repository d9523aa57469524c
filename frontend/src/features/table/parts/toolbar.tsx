import { Download, Ellipsis, Plus, Redo2, Search, Undo2, X } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { useUndoState } from "@/data/use-session";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { SearchInput } from "@/ui/input";
import { toast } from "@/ui/toast-store";
import { MoreMenu } from "../lazy";
import css from "../table.module.css";
import { runUndo, type Table } from "../use-table";
import { FieldsPopover } from "./fields-popover";
import { FilterPopover } from "./filter-popover";
import { GroupMenu } from "./group-menu";
import { HeightMenu } from "./height-menu";
import { SortPopover } from "./sort-popover";

export interface ToolbarProps {
  readonly table: Table;
  readonly finding: boolean;
  readonly onFinding: (finding: boolean) => void;
  readonly onImport: () => void;
  readonly onRecord: (id: string | undefined) => void;
  readonly onKeys: () => void;
}

/** What one record is called. */
export const recordName = (table: Table) => table.entity.recordName || table.entity.name;

function Find({ table, finding, onFinding }: ToolbarProps) {
  const [text, setText] = useState(table.search);
  const { setSearch } = table;
  // The server is asked when the typing pauses.
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text, setSearch]);
  function handleClose(): void {
    setText("");
    setSearch("");
    onFinding(false);
    table.grid.current?.focus();
  }
  if (!finding) {
    return (
      <IconButton label={t("table.search")} onClick={() => onFinding(true)}>
        <Search />
      </IconButton>
    );
  }
  return (
    <SearchInput
      autoFocus
      size={30}
      className={css.find}
      placeholder={t("table.searchIn", { name: table.entity.name })}
      value={text}
      onChange={setText}
      onKeyDown={(event) => event.key === "Escape" && handleClose()}
      end={
        <IconButton size={24} label={t("common.close")} onClick={handleClose}>
          <X size={14} />
        </IconButton>
      }
    />
  );
}

/** The button while its menu is on the way. */
const waiting = (
  <span className={css.waiting}>
    <Ellipsis aria-hidden="true" />
  </span>
);

let told = 0;

/** Says what a new record needs before it is saved; not at every row. */
function tellMissing({ session, entity }: Table, id: string): void {
  const missing = session.creator.missing(id);
  const now = performance.now();
  if (missing.length > 0 && now - told > 60_000) {
    told = now;
    const names = entity.fields.filter((field) => missing.includes(field.key)).map((field) => field.name);
    toast({ text: t("table.draft", { names: names.join(", ") }) });
  }
}

/** Adds a record and opens nothing: it is named in the grid at once. */
export function addRecord(table: Table, after?: string, group?: string): string {
  const { index, id } = table.session.add({}, after, group);
  tellMissing(table, id);
  requestAnimationFrame(() => {
    table.grid.current?.select(index);
    table.grid.current?.focus();
  });
  return id;
}

export function Toolbar(props: ToolbarProps) {
  const { table, onImport } = props;
  const { can } = table.entity;
  const { canUndo, canRedo } = useUndoState(table.session);
  return (
    <div className={css.toolbar} role="toolbar" aria-label={t("table.toolbar")}>
      {can.create && (
        <>
          <Button kind="primary" icon={<Plus />} onClick={() => addRecord(table)}>
            {t("table.newRecord", { name: recordName(table) })}
          </Button>
          <span className={css.line} />
        </>
      )}
      <FieldsPopover table={table} />
      <FilterPopover table={table} />
      <GroupMenu table={table} />
      <SortPopover table={table} />
      <HeightMenu table={table} />
      <span className={css.space} />
      <IconButton
        label={t("common.undo")}
        disabled={!canUndo}
        onClick={() => void runUndo(table.session, false)}
      >
        <Undo2 />
      </IconButton>
      <IconButton
        label={t("common.redo")}
        disabled={!canRedo}
        onClick={() => void runUndo(table.session, true)}
      >
        <Redo2 />
      </IconButton>
      <Find {...props} />
      {can.create && (
        <Button icon={<Download />} onClick={onImport}>
          {t("table.import")}
        </Button>
      )}
      <Suspense fallback={waiting}>
        <MoreMenu table={table} onKeys={props.onKeys} />
      </Suspense>
    </div>
  );
}

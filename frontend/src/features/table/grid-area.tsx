import { type ClipboardEvent, Suspense, useEffect, useMemo, useState } from "react";
import type { Field } from "@/api/types";
import { useRowState, useSessionState } from "@/data/use-session";
import type { FileValue } from "@/fields/file/types";
import { hasCellEditor, moreTypes, shownField } from "@/fields/registry";
import { listOf } from "@/fields/types";
import { DataGrid } from "@/grid/data-grid";
import type { CellAction, CellRef, EditorSession } from "@/grid/edit-types";
import type { GridRow, PresenceMark, Rect, SummaryText } from "@/grid/types";
import { useGridText } from "@/grid/use-grid-text";
import { dayIn } from "@/lib/calendar";
import { locale, t } from "@/lib/i18n";
import { formatNumber, timeZone } from "@/lib/i18n/format";
import { colorFor } from "@/ui/palette";
import { toast } from "@/ui/toast-store";
import { checkedRows } from "./checked";
import type { FieldTarget } from "./field/field-target";
import { CellEditor, ColumnMenu, FieldPopover, fetchParts, pasteFiles, RowMenu, SummaryMenu } from "./lazy";
import { columnsOf } from "./model/columns";
import { moveField, withField } from "./model/view-model";
import { addRecord } from "./parts/toolbar";
import css from "./table.module.css";
import { runUndo, type Table } from "./use-table";

export interface GridAreaProps {
  readonly table: Table;
  readonly record: string | undefined;
  readonly onRecord: (id: string | undefined) => void;
}

export type Opened =
  | { readonly kind: "column" | "summary"; readonly key: string; readonly anchor: Rect }
  | { readonly kind: "row"; readonly row: GridRow; readonly anchor: Rect };

function usePresence(table: Table): PresenceMark[] {
  const { members } = useSessionState(table.session);
  const me = table.me?.user.id;
  return useMemo(() => {
    const marks = new Map<string, PresenceMark>();
    for (const { user, cursor } of members) {
      if (cursor !== undefined && user.id !== me) {
        marks.set(user.id, {
          userId: user.id,
          name: user.name,
          color: colorFor(user.id),
          rowId: cursor.record,
          key: cursor.field,
        });
      }
    }
    return [...marks.values()];
  }, [members, me]);
}

/** Rows shut by their group heading; kept while the page is open. */
function useCollapsed(table: Table) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  return (key: string, shut: boolean) => {
    const next = new Set(collapsed);
    if (shut) {
      next.add(key);
    } else {
      next.delete(key);
    }
    setCollapsed(next);
    table.session.rows.setCollapsed(next);
  };
}

function footerOf(count: number, total: number | undefined): SummaryText[] {
  const all = { label: t("table.total"), value: formatNumber(total ?? count), suffix: t("table.records") };
  const some = { label: t("table.filtered"), value: formatNumber(count), suffix: t("table.records") };
  return total === undefined ? [all] : [all, some];
}

const fileTypes: ReadonlySet<string> = new Set(["attachment", "file", "image", "signature"]);

async function pressButton(field: Field, row: GridRow | undefined, entity: string): Promise<void> {
  const { press } = await import("@/fields/more/press");
  await press(field, entity, row?.id);
}

function openPart(
  field: Field | undefined,
  row: GridRow | undefined,
  action: CellAction,
  table: Table,
): void {
  const shown = field && shownField(field);
  if (action.kind === "open" && action.href) {
    window.open(action.href, "_blank", "noopener,noreferrer");
  } else if (action.kind === "part" && field?.type === "button") {
    void pressButton(field, row, table.entity.id);
  } else if (action.kind === "part" && shown !== undefined && fileTypes.has(shown.type)) {
    const file = listOf<FileValue>(row?.fields[shown.key]).find((one) => one.id === action.id);
    if (file?.url) {
      window.open(file.url, "_blank", "noopener,noreferrer");
    }
  } else if (action.kind === "part" && /^(link|subTable)$/u.test(shown?.type ?? "") && action.id) {
    table.fields.onOpenRecord?.((shown?.options.entity as string) ?? "", action.id);
  }
}

/** Files of the clipboard for a cell of files; the editors over the grid take their own. */
function handlePaste(event: ClipboardEvent<HTMLElement>, table: Table, editing?: EditorSession): void {
  const { cursor } = table.session;
  const files = [...event.clipboardData.files];
  const type = table.entity.fields.find(({ key }) => key === cursor?.field)?.type ?? "";
  if (cursor && files[0] && fileTypes.has(type) && event.currentTarget.contains(event.target as Node)) {
    event.preventDefault();
    event.stopPropagation();
    editing?.cancel();
    void pasteFiles(table, cursor, files);
  }
}

/** The grid with everything that opens from it. */
export function GridArea({ table, record, onRecord }: GridAreaProps) {
  const { session, entity, draft, control, summaries, grid } = table;
  const { count } = useRowState(session);
  const [editing, setEditing] = useState<EditorSession>();
  const [opened, setOpened] = useState<Opened>();
  const [target, setTarget] = useState<FieldTarget>();
  const presence = usePresence(table);
  const text = useGridText();
  // What opens from the grid is fetched when the grid stands.
  useEffect(fetchParts, []);
  // Pictures come after their cells.
  useEffect(() => moreTypes()?.onPicture(() => grid.current?.redraw()), [grid]);
  const toggleGroup = useCollapsed(table);
  const byKey = (key: string) => entity.fields.find((field) => field.key === key);
  const columns = columnsOf({ entity, draft, env: table.fields, summaries: summaries.texts });

  function handleEditor(next: EditorSession): boolean {
    const field = byKey(next.column.key);
    if (field === undefined || !hasCellEditor(field)) {
      return false;
    }
    setEditing(next);
    next.listen({ close: () => setEditing((now) => (now === next ? undefined : now)) });
    return true;
  }

  function handleAction(cell: CellRef, action: CellAction): void {
    openPart(byKey(cell.key), session.rows.cache.row(cell.rowId), action, table);
  }

  const field = editing && byKey(editing.column.key);
  return (
    <div className={css.grid} onPasteCapture={(event) => handlePaste(event, table, editing)}>
      <DataGrid
        ref={grid}
        source={session.rows}
        columns={columns}
        frozen={draft.frozen}
        rowHeight={draft.rowHeight}
        text={text}
        locale={locale()}
        renderers={moreTypes()?.painters}
        today={dayIn(timeZone(), new Date())}
        readOnly={!entity.can.write && !entity.can.create}
        canAddRow={entity.can.create}
        canAddColumn={entity.can.design}
        presence={presence}
        openRowId={record === undefined ? undefined : session.idOf(record)}
        footer={footerOf(count, summaries.total)}
        onEdit={(batch) => session.edit(batch)}
        onOpenEditor={handleEditor}
        onOpenRecord={(row) => onRecord(row.id)}
        onAddRow={({ group, after }) => addRecord(table, after, group)}
        onAddColumn={(anchor) => setTarget({ anchor })}
        onColumnMenu={(key, anchor) => setOpened({ kind: "column", key, anchor })}
        onColumnResize={(key, width) =>
          control.change({
            fields: withField(entity, draft, byKey(key)?.id ?? "", { width: Math.round(width) }),
          })
        }
        onColumnMove={(key, to) =>
          control.change({ fields: moveField(entity, draft, byKey(key)?.id ?? "", to) })
        }
        onRowMenu={(row, at) => setOpened({ kind: "row", row, anchor: { ...at, width: 1, height: 1 } })}
        onToggleGroup={toggleGroup}
        onSummaryMenu={(key, anchor) => setOpened({ kind: "summary", key, anchor })}
        onUndo={() => void runUndo(session, false)}
        onRedo={() => void runUndo(session, true)}
        onCheck={(checked) => checkedRows.set(checked)}
        onSelect={(selection) => {
          const at = selection?.active;
          session.present(at?.rowId === undefined ? undefined : { record: at.rowId, field: at.key });
        }}
        onCellAction={handleAction}
        onNotice={({ kind, cells }) => {
          if (kind === "readOnly" || kind === "copyFailed") {
            toast({ kind: "bad", text: t(kind === "readOnly" ? "table.readOnly" : "table.copyFailed") });
          } else if (kind === "copied" && cells > 1) {
            toast({ text: t("table.copied", { count: cells }), ms: 2000 });
          }
        }}
      />
      <Suspense>
        {editing && field && (
          <CellEditor
            key={`${editing.cell.rowId}:${field.id}`}
            session={editing}
            field={field}
            entity={entity.id}
          />
        )}
        <Opens
          table={table}
          opened={opened}
          onClose={() => setOpened(undefined)}
          onField={setTarget}
          onRecord={onRecord}
        />
        {target && <FieldPopover table={table} target={target} onClose={() => setTarget(undefined)} />}
      </Suspense>
    </div>
  );
}

interface OpensProps {
  readonly table: Table;
  readonly opened: Opened | undefined;
  readonly onClose: () => void;
  readonly onField: (target: FieldTarget) => void;
  readonly onRecord: (id: string | undefined) => void;
}

function Opens({ table, opened, onClose, onField, onRecord }: OpensProps) {
  if (opened === undefined) {
    return null;
  }
  if (opened.kind === "row") {
    return (
      <RowMenu table={table} row={opened.row} anchor={opened.anchor} onClose={onClose} onRecord={onRecord} />
    );
  }
  const shown = table.shown.find((one) => one.field.key === opened.key);
  if (shown === undefined) {
    return null;
  }
  return opened.kind === "column" ? (
    <ColumnMenu table={table} shown={shown} anchor={opened.anchor} onClose={onClose} onField={onField} />
  ) : (
    <SummaryMenu table={table} shown={shown} anchor={opened.anchor} onClose={onClose} />
  );
}

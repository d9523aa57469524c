/** The rows that belong to a record, edited within it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Maximize2, Plus, Trash2 } from "lucide-react";
import { useEntity } from "@/api/meta";
import { errorText } from "@/api/problem";
import type { Entity, Field } from "@/api/types";
import { isTemporary } from "@/data/drafts";
import { toInput } from "@/data/input";
import { opKey } from "@/data/outbox";
import type { TableSession } from "@/data/table-session";
import { type Fields, type WireRecord, type WriteResult, wire } from "@/data/wire";
import { FieldInput } from "@/fields/field-input";
import { titleField } from "@/fields/options";
import { isComputed, typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { toast } from "@/ui/toast-store";
import css from "./sub-table.module.css";

const most = 100;
const mostColumns = 6;

export interface SubTableProps {
  readonly field: Field;
  readonly record: string;
  readonly session: TableSession;
  readonly readOnly: boolean;
}

/** The field of a row that says to which record it belongs. */
const backOf = (field: Field, child: Entity) =>
  child.fields.find(({ id }) => id === field.options.inverse) ??
  child.fields.find(({ type, options }) => type === "link" && options.inverse === field.id);

function columnsOf(child: Entity, back: Field): readonly Field[] {
  const title = titleField(child);
  const rest = child.fields.filter(
    (one) =>
      one !== title && one.id !== back.id && one.type !== "subTable" && typeOf(one).family !== "layout",
  );
  return [...(title ? [title] : []), ...rest].slice(0, mostColumns);
}

/** Reading and writing the rows; each change can be undone like those of cells. */
function useRows({ field, record, session }: SubTableProps, child: Entity, back: Field) {
  const client = useQueryClient();
  const queryKey = ["records", "sub", field.id, record];
  const { data, isPending } = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      wire.query(
        child.id,
        { filter: { field: back.id, op: "hasAny", value: [record] }, limit: most, count: true },
        signal,
      ),
  });
  async function act(run: () => Promise<WriteResult>): Promise<void> {
    try {
      const { changeSet } = await run();
      if (changeSet !== undefined) {
        session.undo.push([changeSet]);
      }
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
    await client.invalidateQueries({ queryKey });
  }
  return {
    rows: data?.records ?? [],
    pending: isPending,
    add: (fields: Fields) =>
      act(() => wire.create(child.id, [{ ...fields, [back.key]: [record] }], true, opKey())),
    set: (id: string, key: string, value: unknown) =>
      act(() => wire.patch(child.id, [{ id, fields: { [key]: toInput(value) } }], true, opKey())),
    remove: (id: string) => act(() => wire.remove(child.id, [id], opKey())),
  };
}

interface RowProps {
  readonly child: Entity;
  readonly columns: readonly Field[];
  readonly row: WireRecord;
  readonly readOnly: boolean;
  readonly onSet: (key: string, value: unknown) => void;
  readonly onRemove: () => void;
}

function Row({ child, columns, row, readOnly, onSet, onRemove }: RowProps) {
  const [title] = columns;
  const name = title ? typeOf(title).format(title, row.fields[title.key]) : "";
  return (
    <tr>
      {columns.map((column) => (
        <td key={column.id} data-label={column.name}>
          <FieldInput
            field={column}
            value={row.fields[column.key]}
            readOnly={readOnly || row.can?.write === false || row.can?.fields?.[column.key] !== undefined}
            onChange={(value) => onSet(column.key, value)}
          />
        </td>
      ))}
      <td className={css.acts}>
        <Link
          className={css.open}
          aria-label={t("kinds.openRow", { name })}
          title={t("kinds.openRow", { name })}
          to="/app/$app/table/$entity"
          params={{ app: child.app, entity: child.id }}
          search={{ rec: row.id }}
        >
          <Maximize2 size={14} aria-hidden="true" />
        </Link>
        {!readOnly && child.can.delete && row.can?.delete !== false && (
          <IconButton size={24} label={t("kinds.deleteRow")} onClick={onRemove}>
            <Trash2 size={14} />
          </IconButton>
        )}
      </td>
    </tr>
  );
}

/** What a new row needs to be taken: the first text is called something. */
function firstValues(child: Entity): Fields {
  const title = titleField(child);
  const named = title !== undefined && title.type === "text" && title.required === true && !isComputed(title);
  return named ? { [title.key]: child.recordName || child.name } : {};
}

function Rows(props: SubTableProps & { readonly child: Entity; readonly back: Field }) {
  const { field, child, back } = props;
  const { rows, pending, add, set, remove } = useRows(props, child, back);
  const columns = columnsOf(child, back);
  const readOnly = props.readOnly || !child.can.write;
  return (
    <div className={css.box}>
      <table className={css.table} aria-label={field.name}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id}>{column.name}</th>
            ))}
            <th aria-label={t("kinds.deleteRow")} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.id}
              child={child}
              columns={columns}
              row={row}
              readOnly={readOnly}
              onSet={(key, value) => void set(row.id, key, value)}
              onRemove={() => void remove(row.id)}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && !pending && <p className={css.none}>{t("kinds.noRows")}</p>}
      {!props.readOnly && child.can.create && (
        <Button icon={<Plus />} onClick={() => void add(firstValues(child))}>
          {t("kinds.addRow")}
        </Button>
      )}
    </div>
  );
}

export function SubTable(props: SubTableProps) {
  const { data: child } = useEntity(props.field.options.entity ?? "");
  const back = child && backOf(props.field, child);
  if (isTemporary(props.record)) {
    return <p className={css.none}>{t("kinds.saveFirst")}</p>;
  }
  return child !== undefined && back !== undefined ? <Rows {...props} child={child} back={back} /> : null;
}

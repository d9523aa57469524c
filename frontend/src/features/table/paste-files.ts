import type { Cursor } from "@/data/live-frames";
import { addFiles, named } from "@/fields/file/pasted";
import { isComputed } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { toast } from "@/ui/toast-store";
import type { Table } from "./use-table";

/** Adds files to the cell that is the active one, where the user may change it. */
export async function pasteFiles(table: Table, at: Cursor, files: readonly File[]): Promise<void> {
  const { session, entity } = table;
  const field = entity.fields.find(({ key }) => key === at.field);
  const row = () => session.rows.cache.row(session.idOf(at.record));
  const locked = row()?.locked;
  if (field === undefined || row() === undefined) {
    return;
  }
  const may = entity.can.write && field.right === "write" && !isComputed(field);
  if (!may || locked === "all" || locked?.has(field.key) === true) {
    toast({ kind: "bad", text: t("table.readOnly") });
    return;
  }
  await addFiles(field, files.map(named), {
    value: () => row()?.fields[field.key],
    put: (value) => session.set(session.idOf(at.record), field.key, value),
  });
}

import { Copy, Trash2, X } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { checkedRows } from "../checked";
import { copyable } from "../model/copyable";
import css from "../table.module.css";
import type { Table } from "../use-table";

/** Ids of the ticked rows; with "all" the whole view is read first. */
async function tickedIds(table: Table): Promise<string[]> {
  const { all, ids } = checkedRows.read();
  if (!all) {
    return [...ids];
  }
  const { rows } = table.session;
  await rows.load(0, rows.count);
  const found: string[] = [];
  for (let index = 0; index < rows.count; index++) {
    const id = rows.idAt(index);
    if (id !== undefined && !ids.has(id)) {
      found.push(id);
    }
  }
  return found;
}

/** What can be done with the ticked rows. */
export function BulkBar({ table }: { readonly table: Table }) {
  const { count } = useSyncExternalStore(checkedRows.subscribe, checkedRows.read);
  const [busy, setBusy] = useState(false);
  const { session, entity, grid } = table;
  if (count === 0) {
    return null;
  }
  async function act(work: (ids: readonly string[]) => void): Promise<void> {
    setBusy(true);
    try {
      work(await tickedIds(table));
    } finally {
      setBusy(false);
      grid.current?.clearChecked();
      checkedRows.set({ all: false, ids: new Set(), count: 0 });
    }
  }
  const copyAll = (ids: readonly string[]) => {
    for (const id of ids.slice(0, 500)) {
      const row = session.rows.cache.row(id);
      if (row) {
        session.add(copyable(entity, row.fields));
      }
    }
  };
  return (
    <div className={css.bulk} role="toolbar" aria-label={t("table.bulk")}>
      <span>{t("table.tickedRows", { count })}</span>
      {entity.can.create && (
        <Button icon={<Copy />} busy={busy} onClick={() => void act(copyAll)}>
          {t("table.duplicate")}
        </Button>
      )}
      {entity.can.delete && (
        <Button icon={<Trash2 />} busy={busy} onClick={() => void act((ids) => session.remove(ids))}>
          {t("common.delete")}
        </Button>
      )}
      <IconButton
        label={t("table.untick")}
        onClick={() => {
          grid.current?.clearChecked();
          checkedRows.set({ all: false, ids: new Set(), count: 0 });
        }}
      >
        <X />
      </IconButton>
    </div>
  );
}

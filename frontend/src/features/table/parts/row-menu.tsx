import { Copy, Link, Maximize2, Plus, Trash2 } from "lucide-react";
import type { GridRow, Rect } from "@/grid/types";
import { t } from "@/lib/i18n";
import { Menu } from "@/ui/menu";
import { toast } from "@/ui/toast-store";
import { anchorOf } from "../anchor";
import { copyable } from "../model/copyable";
import type { Table } from "../use-table";

export interface RowMenuProps {
  readonly table: Table;
  readonly row: GridRow;
  readonly anchor: Rect;
  readonly onClose: () => void;
  readonly onRecord: (id: string | undefined) => void;
}

export async function copyLink(id: string): Promise<void> {
  const url = new URL(window.location.href);
  url.searchParams.set("rec", id);
  await navigator.clipboard.writeText(url.href);
  toast({ kind: "good", text: t("table.linkCopied") });
}

export function RowMenu({ table, row, anchor, onClose, onRecord }: RowMenuProps) {
  const { session, entity } = table;
  const may = session.rows.entry(row.id)?.record.can?.delete !== false && entity.can.delete;
  return (
    <Menu
      open
      anchor={anchorOf(anchor)}
      onOpenChange={(open) => !open && onClose()}
      label={t("table.rowMenu")}
      groups={[
        {
          items: [
            {
              id: "open",
              label: t("table.openRecord"),
              icon: <Maximize2 />,
              hint: t("table.space"),
              onSelect: () => onRecord(row.id),
            },
            { id: "link", label: t("table.copyLink"), icon: <Link />, onSelect: () => void copyLink(row.id) },
          ],
        },
        {
          items: entity.can.create
            ? [
                {
                  id: "below",
                  label: t("table.addBelow"),
                  icon: <Plus />,
                  hint: "Shift Enter",
                  onSelect: () => {
                    session.add({}, row.id);
                  },
                },
                {
                  id: "copy",
                  label: t("table.duplicate"),
                  icon: <Copy />,
                  onSelect: () => {
                    session.add(copyable(entity, row.fields), row.id);
                  },
                },
              ]
            : [],
        },
        {
          items: may
            ? [
                {
                  id: "delete",
                  label: t("table.deleteRecord"),
                  icon: <Trash2 />,
                  danger: true,
                  onSelect: () => session.remove([row.id]),
                },
              ]
            : [],
        },
      ]}
    />
  );
}

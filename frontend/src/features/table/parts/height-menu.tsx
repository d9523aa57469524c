import { Rows3 } from "lucide-react";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { Menu } from "@/ui/menu";
import { rowHeights } from "../model/view-model";
import type { Table } from "../use-table";

const names = {
  32: "table.heightDense",
  36: "table.heightNormal",
  56: "table.heightTall",
  88: "table.heightTallest",
} as const;

export function HeightMenu({ table }: { readonly table: Table }) {
  const { draft, control } = table;
  return (
    <Menu
      label={t("table.rowHeight")}
      trigger={
        <IconButton label={t("table.rowHeight")} active={draft.rowHeight !== 36}>
          <Rows3 />
        </IconButton>
      }
      groups={[
        {
          items: rowHeights.map((height) => ({
            id: String(height),
            label: t(names[height]),
            checked: draft.rowHeight === height,
            onSelect: () => control.change({ rowHeight: height }),
          })),
        },
      ]}
    />
  );
}

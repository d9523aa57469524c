import { Ellipsis, FileDown, Keyboard, RefreshCw, ShieldCheck } from "lucide-react";
import { Suspense, useState } from "react";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { Menu } from "@/ui/menu";
import { RulesPanel } from "../lazy";
import type { Table } from "../use-table";

async function handleExport(table: Table, format: "csv" | "xlsx"): Promise<void> {
  const { exportTable } = await import("./export");
  await exportTable(table, format);
}

export interface MoreMenuProps {
  readonly table: Table;
  readonly onKeys: () => void;
}

/** What is done with a table now and then. */
export function MoreMenu({ table, onKeys }: MoreMenuProps) {
  const { can } = table.entity;
  const [rules, setRules] = useState(false);
  return (
    <>
      <Menu
        label={t("common.more")}
        align="end"
        trigger={
          <IconButton label={t("common.more")}>
            <Ellipsis />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "csv",
                label: t("table.exportCsv"),
                icon: <FileDown />,
                disabled: !can.export,
                onSelect: () => void handleExport(table, "csv"),
              },
              {
                id: "xlsx",
                label: t("table.exportXlsx"),
                icon: <FileDown />,
                disabled: !can.export,
                onSelect: () => void handleExport(table, "xlsx"),
              },
            ],
          },
          {
            items: [
              {
                id: "refresh",
                label: t("table.refresh"),
                icon: <RefreshCw />,
                onSelect: () => void table.session.rows.refresh(),
              },
              ...(can.design
                ? [
                    {
                      id: "rules",
                      label: t("table.rules"),
                      icon: <ShieldCheck />,
                      onSelect: () => setRules(true),
                    },
                  ]
                : []),
              { id: "keys", label: t("table.keys"), icon: <Keyboard />, hint: "?", onSelect: onKeys },
            ],
          },
        ]}
      />
      {rules && (
        <Suspense>
          <RulesPanel table={table} onClose={() => setRules(false)} />
        </Suspense>
      )}
    </>
  );
}

import { Lock, Table2 } from "lucide-react";
import { t } from "@/lib/i18n";
import { Listbox } from "@/ui/listbox";
import type { Table } from "../use-table";

/** All views of the table, to search. */
export function ViewList({
  table,
  onView,
}: {
  readonly table: Table;
  readonly onView: (id: string) => void;
}) {
  const current = table.control.view;
  return (
    <Listbox
      search
      label={t("table.views")}
      options={table.entity.views.map((view) => ({
        value: view.id,
        label: view.name,
        icon: view.private ? <Lock /> : <Table2 />,
      }))}
      selected={current ? [current.id] : []}
      onPick={onView}
    />
  );
}

import { ListFilter } from "lucide-react";
import { Suspense, useState } from "react";
import { countConditions } from "@/fields/filter/model";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Popover } from "@/ui/popover";
import { FilterBuilder } from "../lazy";
import type { Table } from "../use-table";

export function FilterPopover({ table }: { readonly table: Table }) {
  const [open, setOpen] = useState(false);
  const { draft, control, entity } = table;
  const count = draft.filter === undefined ? 0 : countConditions(draft.filter);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t("table.filter")}
      trigger={
        <Button icon={<ListFilter />} active={count > 0} count={count}>
          {t("table.filter")}
        </Button>
      }
    >
      <Suspense>
        <FilterBuilder
          fields={entity.fields}
          name={entity.recordName || entity.name}
          filter={draft.filter}
          onChange={(filter) => control.change({ filter })}
        />
      </Suspense>
    </Popover>
  );
}

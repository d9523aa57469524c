import { ArrowDownUp } from "lucide-react";
import { Suspense } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Popover } from "@/ui/popover";
import { SortList } from "../lazy";
import type { Table } from "../use-table";

export function SortPopover({ table }: { readonly table: Table }) {
  const count = table.draft.sort.length;
  return (
    <Popover
      label={t("table.sort")}
      trigger={
        <Button icon={<ArrowDownUp />} active={count > 0} count={count}>
          {t("table.sort")}
        </Button>
      }
    >
      <Suspense>
        <SortList table={table} />
      </Suspense>
    </Popover>
  );
}

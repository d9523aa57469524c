import { EyeOff } from "lucide-react";
import { Suspense } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Popover } from "@/ui/popover";
import { FieldsList } from "../lazy";
import type { Table } from "../use-table";

export function FieldsPopover({ table }: { readonly table: Table }) {
  const hidden = table.shown.filter((one) => one.hidden).length;
  return (
    <Popover
      label={t("table.fields")}
      trigger={
        <Button icon={<EyeOff />} active={hidden > 0}>
          {hidden > 0 ? t("table.hiddenFields", { count: hidden }) : t("table.fields")}
        </Button>
      }
    >
      <Suspense>
        <FieldsList table={table} />
      </Suspense>
    </Popover>
  );
}

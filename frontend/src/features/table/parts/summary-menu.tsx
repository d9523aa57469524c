import { typeOf } from "@/fields/registry";
import type { Rect } from "@/grid/types";
import { t } from "@/lib/i18n";
import { Menu } from "@/ui/menu";
import { anchorOf } from "../anchor";
import { summaryName } from "../model/summary-text";
import { type ShownField, withField } from "../model/view-model";
import type { Table } from "../use-table";

export interface SummaryMenuProps {
  readonly table: Table;
  readonly shown: ShownField;
  readonly anchor: Rect;
  readonly onClose: () => void;
}

/** The figure under a column. */
export function SummaryMenu({ table, shown, anchor, onClose }: SummaryMenuProps) {
  const { control, draft, entity } = table;
  const { field, summary = "none" } = shown;
  const pick = (op: string) =>
    control.change({ fields: withField(entity, draft, field.id, { summary: op }) });
  return (
    <Menu
      open
      side="top"
      anchor={anchorOf(anchor)}
      onOpenChange={(open) => !open && onClose()}
      label={field.name}
      groups={[
        {
          items: [
            {
              id: "none",
              label: t("summary.none"),
              checked: summary === "none",
              onSelect: () => pick("none"),
            },
          ],
        },
        {
          items: typeOf(field).summaries.map((op) => ({
            id: op,
            label: summaryName(field, op),
            checked: summary === op,
            onSelect: () => pick(op),
          })),
        },
      ]}
    />
  );
}

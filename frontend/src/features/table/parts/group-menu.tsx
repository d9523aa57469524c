import { Group } from "lucide-react";
import { FieldIcon } from "@/fields/field-icon";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Menu } from "@/ui/menu";
import type { Table } from "../use-table";

export function GroupMenu({ table }: { readonly table: Table }) {
  const { draft, control, entity } = table;
  const [current] = draft.group;
  const field = entity.fields.find((one) => one.id === current?.field);
  const desc = current?.dir === "desc";
  return (
    <Menu
      label={t("table.group")}
      trigger={
        <Button icon={<Group />} active={field !== undefined}>
          {field ? t("table.groupedBy", { name: field.name }) : t("table.group")}
        </Button>
      }
      groups={[
        {
          items: entity.fields
            .filter((one) => typeOf(one).groupable === true)
            .map((one) => ({
              id: one.id,
              label: one.name,
              icon: <FieldIcon field={one} />,
              checked: one.id === field?.id,
              onSelect: () => control.change({ group: [{ field: one.id, dir: "asc" }] }),
            })),
        },
        {
          items: field
            ? [
                {
                  id: "turn",
                  label: t(desc ? "table.groupAsc" : "table.groupDesc"),
                  onSelect: () =>
                    control.change({ group: [{ field: field.id, dir: desc ? "asc" : "desc" }] }),
                },
                { id: "none", label: t("table.noGroup"), onSelect: () => control.change({ group: [] }) },
              ]
            : [],
        },
      ]}
    />
  );
}

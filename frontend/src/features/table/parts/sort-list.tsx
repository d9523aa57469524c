import { Plus, Trash2 } from "lucide-react";
import type { SortKey } from "@/api/types";
import { fieldOptions } from "@/fields/field-icon";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Segmented } from "@/ui/segmented";
import { Select } from "@/ui/select";
import css from "../table.module.css";
import type { Table } from "../use-table";

/** What the rows are sorted by, the first first. */
export function SortList({ table }: { readonly table: Table }) {
  const { draft, control, entity } = table;
  const fields = entity.fields.filter((field) => typeOf(field).sortable === true);
  const unused = fields.find((field) => !draft.sort.some((one) => one.field === field.id));
  const set = (sort: readonly SortKey[]) => control.change({ sort });
  const change = (index: number, next: Partial<SortKey>) =>
    set(draft.sort.map((one, i) => (i === index ? { ...one, ...next } : one)));
  return (
    <div className={css.pop} style={{ inlineSize: 380 }}>
      {draft.sort.length === 0 && <p className={css.note}>{t("table.noSort")}</p>}
      <div className={css.conditions}>
        {draft.sort.map((one, index) => (
          <div key={one.field} className={css.condition}>
            <Select
              size={30}
              search
              label={t("table.field")}
              value={one.field}
              options={fieldOptions(fields)}
              onChange={(field) => change(index, { field })}
            />
            <Segmented
              label={t("table.direction")}
              value={one.dir}
              segments={[
                { value: "asc", label: t("table.asc") },
                { value: "desc", label: t("table.desc") },
              ]}
              onChange={(dir) => change(index, { dir })}
            />
            <IconButton
              size={24}
              label={t("table.removeSort")}
              onClick={() => set(draft.sort.filter((_, i) => i !== index))}
            >
              <Trash2 size={15} />
            </IconButton>
          </div>
        ))}
      </div>
      <div className={css.popFoot} data-flat="true">
        <Button
          icon={<Plus />}
          disabled={unused === undefined || draft.sort.length >= 5}
          onClick={() => unused && set([...draft.sort, { field: unused.id, dir: "asc" }])}
        >
          {t("table.addSort")}
        </Button>
      </div>
    </div>
  );
}

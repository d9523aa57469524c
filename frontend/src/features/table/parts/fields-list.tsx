import { GripVertical } from "lucide-react";
import { type DragEvent, useState } from "react";
import { FieldIcon } from "@/fields/field-icon";
import { matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { SearchInput } from "@/ui/input";
import { Switch } from "@/ui/toggles";
import type { ShownField } from "../model/view-model";
import css from "../table.module.css";
import type { Table } from "../use-table";

/** The whole list with one field's hidden flag, or its place, changed. */
function useFieldList({ control, draft, shown, entity }: Table) {
  const list = shown.map(
    ({ field }) => draft.fields.find((one) => one.field === field.id) ?? { field: field.id },
  );
  return {
    hide(ids: readonly string[], hidden: boolean): void {
      control.change({
        fields: list.map((one) =>
          ids.includes(one.field) && one.field !== entity.title ? { ...one, hidden } : one,
        ),
      });
    },
    move(id: string, before: string): void {
      const moved = list.filter((one) => one.field === id);
      const rest = list.filter((one) => one.field !== id);
      const at = rest.findIndex((one) => one.field === before);
      control.change({ fields: [...rest.slice(0, at), ...moved, ...rest.slice(at)] });
    },
  };
}

/** All fields: seen or not, and in which order. */
export function FieldsList({ table }: { readonly table: Table }) {
  const [search, setSearch] = useState("");
  const [dragged, setDragged] = useState<string>();
  const [over, setOver] = useState<string>();
  const { hide, move } = useFieldList(table);
  const { shown, entity } = table;
  const found = shown.filter(({ field }) => search === "" || matches(search, field.name, field.key));
  const ids = shown.map(({ field }) => field.id);

  function handleDrop(target: string): void {
    if (dragged !== undefined && dragged !== target) {
      move(dragged, target);
    }
    setDragged(undefined);
    setOver(undefined);
  }

  function handleOver(event: DragEvent, id: string): void {
    event.preventDefault();
    setOver(id);
  }

  return (
    <div className={css.pop} style={{ inlineSize: 268 }}>
      <SearchInput size={30} value={search} onChange={setSearch} autoFocus />
      <div className={css.scroll} style={{ marginBlock: 6 }}>
        {found.map(({ field, hidden }: ShownField) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: dragging is a pointer's way; the column menu moves by key
          <div
            key={field.id}
            className={css.toggleRow}
            draggable={field.id !== entity.title}
            data-over={over === field.id && dragged !== field.id}
            onDragStart={() => setDragged(field.id)}
            onDragOver={(event) => handleOver(event, field.id)}
            onDrop={() => handleDrop(field.id)}
            onDragEnd={() => setOver(undefined)}
          >
            <GripVertical className={css.grip} aria-hidden="true" />
            <FieldIcon field={field} />
            <span>{field.name}</span>
            <Switch
              checked={!hidden}
              disabled={field.id === entity.title}
              aria-label={field.name}
              onChange={(on) => hide([field.id], !on)}
            />
          </div>
        ))}
      </div>
      <div className={css.popFoot} data-flat="true">
        <Button onClick={() => hide(ids, false)}>{t("table.showAll")}</Button>
        <Button onClick={() => hide(ids, true)}>{t("table.hideAll")}</Button>
      </div>
    </div>
  );
}

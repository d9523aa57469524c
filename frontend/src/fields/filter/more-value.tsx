/** Values of the rarer conditions: texts that the field reads, nodes of a tree, departments and roles. */
import { ChevronDown } from "lucide-react";
import type { Field } from "@/api/types";
import { useFields } from "@/fields/context";
import { groupOptions, useGroups } from "@/fields/more/groups";
import { currencyName } from "@/fields/more/money";
import { useTree } from "@/fields/more/tree";
import { TreePicker } from "@/fields/more/tree-pane";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Popover } from "@/ui/popover";
import { MultiSelect } from "@/ui/select";
import css from "./filter.module.css";
import { type FilterValueProps, listOf, Typed, TypedRange } from "./value";

function useOwn(field: Field) {
  const env = useFields();
  return {
    read(text: string): unknown {
      const { min: _, max: __, ...options } = field.options;
      const parsed = typeOf(field).parse({ ...field, options }, text, env);
      const value = "value" in parsed ? parsed.value : undefined;
      return value === null ? undefined : value;
    },
    show: (value: unknown) => typeOf(field).format(field, value),
  };
}

/** A duration, a time or a year, typed as it is typed in cells. */
export function OwnValue({ field, node, onChange }: FilterValueProps) {
  const { read, show } = useOwn(field);
  return (
    <Typed
      key={`${node.id} ${node.field}`}
      label={t("table.value")}
      value={show(node.value)}
      onChange={(text) => JSON.stringify(read(text)) !== JSON.stringify(node.value) && onChange(read(text))}
    />
  );
}

export function OwnRange({ field, node, onChange }: FilterValueProps) {
  const { read, show } = useOwn(field);
  return (
    <TypedRange
      key={`${node.id} ${node.field}`}
      value={node.value}
      read={read}
      show={show}
      onChange={onChange}
    />
  );
}

export function TreeNodes({ field, node, onChange }: FilterValueProps) {
  const tree = useTree(field);
  const ids = listOf(node.value);
  const names = ids.map((id) => tree.get(id)?.name ?? id).join(", ");
  const trigger = (
    <button type="button" className={css.pick} aria-label={t("table.value")}>
      <span data-empty={names === ""}>{names || t("common.selectPlaceholder")}</span>
      <ChevronDown size={15} aria-hidden="true" />
    </button>
  );
  return (
    <Popover trigger={trigger} offset={4} label={field.name}>
      <TreePicker
        tree={tree}
        selected={ids}
        label={field.name}
        onPick={({ id }) => onChange(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id])}
      />
    </Popover>
  );
}

export function GroupsValue({ field, node, onChange }: FilterValueProps) {
  const groups = useGroups(field);
  return (
    <MultiSelect
      size={30}
      label={t("table.value")}
      value={listOf(node.value)}
      options={groupOptions(field, groups)}
      onChange={onChange}
    />
  );
}

export function CurrenciesValue({ field, node, onChange }: FilterValueProps) {
  return (
    <MultiSelect
      size={30}
      label={t("table.value")}
      value={listOf(node.value)}
      options={(field.options.currencies ?? []).map((code) => ({ value: code, label: currencyName(code) }))}
      onChange={onChange}
    />
  );
}

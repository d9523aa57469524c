import { Ban, ChevronDown, Plus } from "lucide-react";
import { createElement, type ReactNode, useState } from "react";
import type { Field } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { matches } from "@/lib/fold";
import { t, tryT } from "@/lib/i18n";
import { Listbox, type Option } from "@/ui/listbox";
import { Popover } from "@/ui/popover";
import css from "../import.module.css";
import { likeness } from "../model/likeness";
import type { MapRow, Target } from "../model/mapping";

export const typeName = (type: string) => tryT(`fieldType.${type}`) ?? type;

export function TypeIcon({ type }: { readonly type: string }) {
  return createElement(typeOf(type).icon, { size: 15, strokeWidth: 1.75, "aria-hidden": true });
}

export interface FieldPickerProps {
  readonly row: MapRow;
  readonly fields: readonly Field[];
  /** Which column fills a field now, by key. */
  readonly users: ReadonlyMap<string, string>;
  readonly design: boolean;
  readonly onPick: (target: Target) => void;
}

function hintOf(field: Field, { row, users }: FieldPickerProps, score: number): string {
  const user = users.get(field.key);
  if (user !== undefined && user !== row.column.header) {
    return t("import.usedBy", { name: user });
  }
  const type = typeName(field.type);
  return score >= 0.3
    ? `${type} · ${t("import.likeness", { percent: Math.round(Math.min(1, score) * 100) })}`
    : type;
}

function optionsOf(props: FieldPickerProps, query: string): readonly Option[] {
  const { row, fields, design } = props;
  const { header, type } = row.column;
  const found = fields
    .filter((field) => !query.trim() || matches(query, field.name, field.key))
    .map((field) => ({ field, score: Math.max(likeness(header, field.name), likeness(header, field.key)) }))
    .sort((a, b) => b.score - a.score)
    .map(({ field, score }) => ({
      value: `field:${field.key}`,
      label: field.name,
      icon: <TypeIcon type={field.type} />,
      hint: hintOf(field, props, score),
    }));
  const make = {
    value: "new",
    label: t("import.newField", { name: header }),
    icon: <Plus aria-hidden="true" />,
    hint: typeName(row.target.kind === "new" ? row.target.type : type),
  };
  const leave = { value: "skip", label: t("import.skipThis"), icon: <Ban aria-hidden="true" /> };
  return [...found, ...(design ? [make] : []), leave];
}

function PickerList(props: FieldPickerProps & { readonly onClose: () => void }) {
  const { row, onPick, onClose } = props;
  const { target, column } = row;
  const [query, setQuery] = useState("");
  const chosen = target.kind === "field" ? `field:${target.field}` : target.kind;
  // A column that leads nowhere yet starts at the likeliest field.
  const selected = chosen === "skip" ? [] : [chosen];
  function handlePick(value: string): void {
    if (value.startsWith("field:")) {
      onPick({ kind: "field", field: value.slice(6) });
    } else {
      onPick(value === "new" ? { kind: "new", type: column.type } : { kind: "skip" });
    }
    onClose();
  }
  return (
    <Listbox
      search
      label={t("import.searchField")}
      options={optionsOf(props, query)}
      selected={selected}
      onSearch={setQuery}
      onPick={handlePick}
    />
  );
}

function shownTarget({ row, fields }: FieldPickerProps): ReactNode {
  const { target, column } = row;
  if (target.kind === "skip") {
    return (
      <>
        <Ban size={15} aria-hidden="true" />
        <span className={css.pickText}>{t("import.skip")}</span>
      </>
    );
  }
  if (target.kind === "new") {
    return (
      <>
        <TypeIcon type={target.type} />
        <span className={css.pickText}>{column.header}</span>
        <em>{t("import.new")}</em>
      </>
    );
  }
  const field = fields.find(({ key }) => key === target.field);
  return (
    <>
      <TypeIcon type={field?.type ?? "text"} />
      <span className={css.pickText}>{field?.name ?? target.field}</span>
    </>
  );
}

/** Where one column goes; the arrow keys walk from row to row, Enter opens. */
export function FieldPicker(props: FieldPickerProps) {
  const { row } = props;
  const [open, setOpen] = useState(false);
  const trigger = (
    <button
      type="button"
      className={css.pick}
      data-picker
      data-kind={row.target.kind}
      aria-haspopup="listbox"
      aria-label={t("import.pick", { name: row.column.header })}
    >
      {shownTarget(props)}
      <ChevronDown className={css.chevron} size={13} aria-hidden="true" />
    </button>
  );
  return (
    <Popover trigger={trigger} open={open} onOpenChange={setOpen} width={300} offset={6}>
      <PickerList {...props} onClose={() => setOpen(false)} />
    </Popover>
  );
}

import type { KeyboardEvent } from "react";
import { useMembers } from "@/api/people";
import { t } from "@/lib/i18n";
import css from "../import.module.css";
import { fitOf } from "../model/fit";
import { fillable } from "../model/mapping";
import type { Mapping } from "../use-mapping";
import { MapRowView } from "./map-row";

/** Up and down go from picker to picker. */
function handleArrows(event: KeyboardEvent<HTMLElement>): void {
  const from = event.target;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(from instanceof HTMLElement) || from.dataset.picker === undefined) {
    return;
  }
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-picker]")];
  event.preventDefault();
  all[all.indexOf(from) + step]?.focus();
}

export function MapRows({ mapping }: { readonly mapping: Mapping }) {
  const { rows, preview, goal, rules, pick } = mapping;
  const { data: members = [] } = useMembers();
  const users = new Map(
    rows.flatMap(({ target, column }) =>
      target.kind === "field" ? [[target.field, column.header] as const] : [],
    ),
  );
  const fields = fillable(goal.fields).map((field) =>
    // It will be named after the column.
    goal.fresh && field.id === goal.title ? { ...field, name: users.get(field.key) ?? field.name } : field,
  );
  return (
    <div className={css.map}>
      <div className={css.mapHead} aria-hidden="true">
        <span>{t("import.source")}</span>
        <span />
        <span>{t("import.target")}</span>
        <span>{t("import.typeAndFit")}</span>
        <span>{t("import.hint")}</span>
      </div>
      <ul onKeyDown={handleArrows}>
        {rows.map((row) => {
          const key = row.target.kind === "field" ? row.target.field : undefined;
          const field = fields.find((one) => one.key === key);
          const select = field?.type === "singleSelect" || field?.type === "multiSelect";
          const fit = fitOf(row, field, preview, members);
          return (
            <MapRowView
              key={row.index}
              row={row}
              fields={fields}
              users={users}
              design={goal.design}
              fit={fit}
              isKey={key !== undefined && key === rules.key}
              isTitle={field !== undefined && field.id === goal.title && goal.fresh}
              addsChoices={select && goal.design && rules.choices && (fit ?? 0) < 1}
              onPick={(target) => pick(row.index, target)}
            />
          );
        })}
      </ul>
    </div>
  );
}

import { EyeOff, Lock, Pencil, VenetianMask } from "lucide-react";
import { createElement, type KeyboardEvent, type MouseEvent, useRef } from "react";
import type { Field, FieldRight, Grant } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Pill } from "@/ui/pill";
import { canMask, changedFields, rightOf, rights, usualRight, withRight } from "./grants";
import css from "./roles.module.css";

const looks = {
  hidden: { color: "gray", icon: <EyeOff /> },
  masked: { color: "amber", icon: <VenetianMask /> },
  read: { color: "blue", icon: <Lock /> },
  write: { color: "green", icon: <Pencil /> },
} as const;

/** What a field of this table can have: masked only where it makes sense, write only where one may edit. */
function choices(field: Field, grant: Grant): readonly FieldRight[] {
  return rights.filter(
    (right) =>
      (right !== "masked" || canMask(field.type) || rightOf(grant, field.key) === "masked") &&
      (right !== "write" || (usualRight(grant) === "write" && !typeOf(field).computed)),
  );
}

/** The right as it works out: what the system fills nobody writes. */
function shownRight(field: Field, grant: Grant): FieldRight {
  const right = rightOf(grant, field.key);
  return right === "write" && typeOf(field).computed ? "read" : right;
}

interface RowProps {
  readonly field: Field;
  readonly grant: Grant;
  readonly changed: boolean;
  readonly onRight: (right: FieldRight, range: boolean) => void;
}

/** One field as a radiogroup: arrows move, 1–4 choose. */
function FieldRow({ field, grant, changed, onRight }: RowProps) {
  const group = useRef<HTMLDivElement>(null);
  const now = shownRight(field, grant);
  const open = choices(field, grant);
  function choose(right: FieldRight | undefined, range = false): void {
    if (right && open.includes(right)) {
      onRight(right, range);
      group.current?.querySelector<HTMLElement>(`[data-right=${right}]`)?.focus();
    }
  }
  function handleKey(event: KeyboardEvent): void {
    const at = open.indexOf(now);
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[event.key];
    const rows = [...(group.current?.parentElement?.children ?? [])];
    const down: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const by = down[event.key];
    if (step) {
      event.preventDefault();
      choose(open[Math.max(0, Math.min(open.length - 1, at + step))]);
    } else if (by) {
      event.preventDefault();
      const next = group.current && rows[rows.indexOf(group.current) + by];
      next?.querySelector<HTMLElement>('[role=radio][tabindex="0"]')?.focus();
    } else if (/^[1-4]$/.test(event.key)) {
      choose(rights[Number(event.key) - 1]);
    }
  }
  return (
    <div ref={group} role="radiogroup" aria-label={field.name} className={css.field} onKeyDown={handleKey}>
      <span className={css.fieldName}>
        {changed && <i className={css.changed} title={t("roles.unsaved")} />}
        {createElement(typeOf(field).icon, { size: 15, strokeWidth: 1.75, "aria-hidden": true })}
        <span>{field.name}</span>
      </span>
      {rights.map((right) =>
        open.includes(right) ? (
          // biome-ignore lint/a11y/useSemanticElements: a group of buttons with one tab stop
          <button
            key={right}
            type="button"
            role="radio"
            data-right={right}
            aria-checked={right === now}
            aria-label={t(`roles.right.${right}`)}
            tabIndex={right === now ? 0 : -1}
            onClick={(event: MouseEvent) => choose(right, event.shiftKey)}
          >
            {right === now ? (
              <Pill color={looks[right].color} icon={looks[right].icon}>
                {t(`roles.right.${right}`)}
              </Pill>
            ) : (
              <i className={css.dot} />
            )}
          </button>
        ) : (
          <span
            key={right}
            className={css.dash}
            title={right === "masked" ? t("roles.maskedNo") : undefined}
          />
        ),
      )}
    </div>
  );
}

export interface FieldMatrixProps {
  readonly fields: readonly Field[];
  readonly before: Grant;
  readonly grant: Grant;
  readonly onGrant: (grant: Grant) => void;
}

export function FieldMatrix({ fields, before, grant, onGrant }: FieldMatrixProps) {
  const last = useRef<number>(undefined);
  const changed = changedFields(before, grant);
  function put(list: readonly Field[], right: FieldRight): void {
    const able = list.filter((field) => choices(field, grant).includes(right));
    onGrant(
      withRight(
        grant,
        able.map(({ key }) => key),
        right,
      ),
    );
  }
  function handleRight(index: number, right: FieldRight, range: boolean): void {
    const from = range && last.current !== undefined ? last.current : index;
    last.current = index;
    put(fields.slice(Math.min(from, index), Math.max(from, index) + 1), right);
  }
  return (
    <div className={css.matrix}>
      <div className={css.matrixHead}>
        <span>{t("roles.fields")}</span>
        {rights.map((right) => (
          <button
            key={right}
            type="button"
            title={t("roles.right.all", { right: t(`roles.right.${right}`) })}
            disabled={right === "write" && usualRight(grant) !== "write"}
            onClick={() => put(fields, right)}
          >
            {t(`roles.right.${right}`)}
          </button>
        ))}
      </div>
      <div>
        {fields.map((field, index) => (
          <FieldRow
            key={field.id}
            field={field}
            grant={grant}
            changed={changed.includes(field.key)}
            onRight={(right, range) => handleRight(index, right, range)}
          />
        ))}
      </div>
    </div>
  );
}

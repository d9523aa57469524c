import { ArrowRight, CircleCheck, KeyRound, Minus, Sparkles, TriangleAlert, Type } from "lucide-react";
import type { ReactNode } from "react";
import { fieldTypes } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Select } from "@/ui/select";
import css from "../import.module.css";
import { misfit } from "../model/fit";
import { columnLetter } from "../model/mapping";
import { FieldPicker, type FieldPickerProps, TypeIcon, typeName } from "./field-picker";

export interface MapRowProps extends FieldPickerProps {
  readonly fit: number | undefined;
  readonly isKey: boolean;
  readonly isTitle: boolean;
  readonly addsChoices: boolean;
}

const makeable = fieldTypes.filter(({ id, computed }) => !computed && id !== "link" && id !== "attachment");

function Source({ row }: MapRowProps) {
  const { header, samples } = row.column;
  return (
    <div className={css.src}>
      <i aria-hidden="true">{columnLetter(row.index)}</i>
      <b>{header || t("import.noHeader")}</b>
      <small>{samples.length > 0 ? samples.slice(0, 3).join(" · ") : t("import.emptyColumn")}</small>
    </div>
  );
}

/** A bar of how sure the proposal is. */
function Sure({ value }: { readonly value: number }) {
  const color = value >= 0.95 ? "var(--ok)" : "var(--opt-amber)";
  const percent = Math.round(value * 100);
  return (
    <span className={css.sure} title={t("import.confidence", { percent })}>
      <u style={{ background: `linear-gradient(90deg, ${color} ${percent}%, var(--n-150) 0)` }} />
      {`${percent}%`}
    </span>
  );
}

function TypeCell(props: MapRowProps) {
  const { row, fields, onPick } = props;
  const { target, column } = row;
  if (target.kind === "new") {
    return (
      <Select
        size={30}
        className={css.newType}
        label={t("import.newType", { name: column.header })}
        value={target.type}
        options={makeable.map(({ id }) => ({ value: id, label: typeName(id), icon: <TypeIcon type={id} /> }))}
        onChange={(type) => onPick({ kind: "new", type })}
      />
    );
  }
  const field = target.kind === "field" ? fields.find(({ key }) => key === target.field) : undefined;
  const type = field?.type ?? column.type;
  const proposed = field !== undefined && column.field === field.key;
  return (
    <span className={css.type} data-off={target.kind === "skip"}>
      <TypeIcon type={type} />
      <span className={css.typeName}>{typeName(type)}</span>
      {proposed && <Sure value={column.confidence} />}
      {field && !proposed && row.chosen && <span className={css.sure}>{t("import.manual")}</span>}
    </span>
  );
}

interface NoteProps {
  readonly kind?: "ok" | "warn";
  readonly icon: ReactNode;
  readonly text: string;
}

function Note({ kind, icon, text }: NoteProps) {
  return (
    <span className={css.note} data-kind={kind} title={text}>
      {icon}
      <span>{text}</span>
    </span>
  );
}

function FieldNote({ fit, isKey, isTitle, addsChoices }: MapRowProps) {
  if (addsChoices) {
    return <Note kind="ok" icon={<CircleCheck />} text={t("import.addsChoices")} />;
  }
  if (fit !== undefined && fit < 1) {
    const text = t("import.someFit", { percent: misfit(fit) });
    return <Note kind="warn" icon={<TriangleAlert />} text={text} />;
  }
  if (isKey) {
    return <Note icon={<KeyRound />} text={t("import.keyHint")} />;
  }
  if (isTitle) {
    return <Note icon={<Type />} text={t("import.titleHint")} />;
  }
  return fit === undefined ? null : <Note kind="ok" icon={<CircleCheck />} text={t("import.allFit")} />;
}

function Notes(props: MapRowProps) {
  const { row, design, onPick } = props;
  const { target, column } = row;
  if (target.kind === "field") {
    return <FieldNote {...props} />;
  }
  if (target.kind === "new" || !design || column.samples.length === 0) {
    return null;
  }
  return (
    <button type="button" className={css.makeIt} onClick={() => onPick({ kind: "new", type: column.type })}>
      <Sparkles aria-hidden="true" />
      <span>{t("import.makeIt")}</span>
    </button>
  );
}

/** One column of the file and what becomes of it. */
export function MapRowView(props: MapRowProps) {
  const { row } = props;
  const off = row.target.kind === "skip";
  return (
    <li className={css.row} data-off={off}>
      <Source {...props} />
      <span className={css.arrow} aria-hidden="true">
        {off ? <Minus size={14} /> : <ArrowRight size={14} />}
      </span>
      {row.column.header === "" ? (
        <span className={css.noHeader}>{t("import.noHeaderText")}</span>
      ) : (
        <>
          <FieldPicker {...props} />
          <TypeCell {...props} />
          <span className={css.notes}>
            <Notes {...props} />
          </span>
        </>
      )}
    </li>
  );
}

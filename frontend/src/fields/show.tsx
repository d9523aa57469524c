import { CircleAlert, FileText, Image, Star } from "lucide-react";
import type { ReactNode } from "react";
import type { Field } from "@/api/types";
import { cx } from "@/lib/cx";
import { Avatar } from "@/ui/avatar";
import { Pill } from "@/ui/pill";
import { Checkbox } from "@/ui/toggles";
import css from "./fields.module.css";
import type { FileValue } from "./file/types";
import { shownField, typeOf } from "./registry";
import { type Family, failure, failureText, listOf } from "./types";

export interface ShowProps {
  readonly field: Field;
  readonly value: unknown;
}

export function Person({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <span className={css.person}>
      <Avatar id={id || name} name={name} />
      <span>{name}</span>
    </span>
  );
}

/** A share as a bar and its figure. */
export function ShareBar({ share, text }: { readonly share: number; readonly text: string }) {
  const low = share >= 0.35 ? "var(--opt-blue)" : "var(--n-300)";
  const color = share >= 0.6 ? "var(--opt-green)" : low;
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <span className={css.bar}>
      <i>
        <b style={{ inlineSize: width, background: color }} />
      </i>
      <span>{text}</span>
    </span>
  );
}

function Plain({ field, value }: ShowProps) {
  const text = typeOf(field).format(field, value);
  return <span className={cx(field.type === "longText" && css.long)}>{text}</span>;
}

function Numeric({ field, value }: ShowProps) {
  const text = typeOf(field).format(field, value);
  if (field.type === "progress" && typeof value === "number") {
    return <ShareBar share={value / (field.options.max ?? 100)} text={text} />;
  }
  if (field.type === "percent" && typeof value === "number") {
    return <ShareBar share={value} text={text} />;
  }
  return <span className={css.number}>{text}</span>;
}

const isLate = ({ field, value }: ShowProps) =>
  field.options.overdue === true &&
  typeof value === "string" &&
  value.slice(0, 10) < new Date().toISOString().slice(0, 10);

function Day(props: ShowProps) {
  const text = typeOf(props.field.type).format(props.field, props.value);
  return isLate(props) ? (
    <span className={css.late}>
      {text}
      <CircleAlert aria-hidden="true" />
    </span>
  ) : (
    <span className={css.number}>{text}</span>
  );
}

export function Choices({ value }: ShowProps) {
  return (
    <span className={css.tags}>
      {listOf<{ id: string; name: string; color?: string }>(value).map((one) => (
        <Pill key={one.id || one.name} color={one.color}>
          {one.name}
        </Pill>
      ))}
    </span>
  );
}

function People({ value }: ShowProps) {
  return (
    <span className={css.tags}>
      {listOf(value).map((one) => (
        <Person key={one.id} id={one.id} name={one.name} />
      ))}
    </span>
  );
}

function Links({ value }: ShowProps) {
  return (
    <span className={css.tags}>
      {listOf(value).map((one) => (
        <span key={one.id || one.name} className={css.chip}>
          <span className={css.clip}>{one.name}</span>
        </span>
      ))}
    </span>
  );
}

export function FileIcon({ type }: { readonly type: string | undefined }) {
  return type?.startsWith("image/") ? <Image aria-hidden="true" /> : <FileText aria-hidden="true" />;
}

export function Files({ value }: ShowProps) {
  return (
    <span className={css.tags}>
      {listOf<FileValue>(value).map((file) => (
        <span key={file.id} className={css.chip}>
          <FileIcon type={file.type} />
          <span className={css.clip}>{file.name}</span>
        </span>
      ))}
    </span>
  );
}

function Stars({ field, value }: ShowProps) {
  const most = field.options.max ?? 5;
  return (
    <span className={css.stars}>
      {Array.from({ length: most }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stars do not move
        <Star key={i} data-on={i < Number(value ?? 0)} aria-hidden="true" />
      ))}
    </span>
  );
}

function Tick({ field, value }: ShowProps) {
  return (
    <Checkbox
      checked={value === true}
      disabled
      onChange={() => undefined}
      aria-label={field.name}
      tabIndex={-1}
    />
  );
}

/** How the rarer families show, once they are known. */
let moreShows: Partial<Readonly<Record<Family, (props: ShowProps) => ReactNode>>> = {};

export function showAlso(shows: typeof moreShows): void {
  moreShows = shows;
}

const shows: Partial<Readonly<Record<Family, (props: ShowProps) => ReactNode>>> = {
  text: Plain,
  number: Numeric,
  date: Day,
  choice: Choices,
  check: Tick,
  rating: Stars,
  person: People,
  link: Links,
  file: Files,
};

export function isEmptyValue(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/** A value as a page shows it, by the field's type. */
export function FieldValue({ field, value }: ShowProps) {
  if (isEmptyValue(value) && field.type !== "checkbox") {
    return null;
  }
  const { family, computed } = typeOf(field);
  const failed = computed === true ? failure(value) : undefined;
  if (failed !== undefined) {
    return (
      <span className={css.failed} title={failureText(failed)}>
        {failed}
      </span>
    );
  }
  const Show = moreShows[family] ?? shows[family] ?? Plain;
  return <Show field={shownField(field)} value={value} />;
}

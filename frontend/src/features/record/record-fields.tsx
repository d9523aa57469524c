import { Lock } from "lucide-react";
import { createElement, Fragment, lazy, type ReactNode, Suspense } from "react";
import type { Entity, Field } from "@/api/types";
import { FieldInput } from "@/fields/field-input";
import { press, pressOff } from "@/fields/more/press";
import { titleField } from "@/fields/options";
import { isComputed, typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Broken } from "./broken";
import css from "./record.module.css";
import type { CheckedProps } from "./record-body";
import { SubTable } from "./sub-table";
import { brokenAt } from "./use-check";

export interface RecordFieldsProps extends CheckedProps {
  readonly may: (field: Field) => boolean;
}

const SecretInput = lazy(async () => ({
  default: (await import("@/fields/more/secret-input")).SecretInput,
}));

interface LineProps extends RecordFieldsProps {
  readonly field: Field;
}

function Label({ field, check }: Pick<LineProps, "field" | "check">) {
  const required = field.required === true || check?.required.has(field.key) === true;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control says the field's name itself
    <label title={field.description}>
      {createElement(typeOf(field).icon, { "aria-hidden": true })}
      <span>{field.name}</span>
      {required && <span className={css.required}>{"*"}</span>}
      {check?.readOnly.has(field.key) && <Lock aria-label={t("record.locked")} />}
      {Boolean(field.updating) && <span className={css.updating} title={t("kinds.updating")} />}
    </label>
  );
}

function ButtonLine({ field, entity, id, check }: LineProps) {
  const off = pressOff(field);
  return (
    <div className={css.field}>
      <Label field={field} check={check} />
      <div className={css.press}>
        <Button kind="line" disabled={off !== undefined} onClick={() => void press(field, entity.id, id)}>
          {typeOf(field).format(field, null)}
        </Button>
        {off !== undefined && <small>{off}</small>}
      </div>
    </div>
  );
}

function SecretLine({ field, entity, entry, session, id, may, check }: LineProps) {
  return (
    <div className={css.field}>
      <Label field={field} check={check} />
      <Suspense>
        <SecretInput
          field={field}
          value={entry.row.fields[field.key]}
          readOnly={!may(field) || field.right !== "write"}
          place={{ entity: entity.id, record: session.idOf(id) }}
          onChange={(value) => session.set(id, field.key, value)}
        />
      </Suspense>
    </div>
  );
}

const lines: Readonly<Record<string, (props: LineProps) => ReactNode>> = {
  section: ({ field }) => (
    <div className={css.section}>
      <h3>{field.name}</h3>
      {field.description && <p>{field.description}</p>}
    </div>
  ),
  description: ({ field }) => <p className={css.note}>{field.description || field.name}</p>,
  button: ButtonLine,
  secret: SecretLine,
  subTable: ({ field, id, session, may, check }) => (
    <div className={css.block}>
      <Label field={field} check={check} />
      <SubTable
        field={field}
        record={session.idOf(id)}
        session={session}
        readOnly={!may(field) || field.right !== "write"}
      />
    </div>
  ),
};

/** Values that need the whole width below their name. */
const wide: ReadonlySet<string> = new Set(["richText", "markdown"]);

/** The fields below a record's name. */
export function shownFields(entity: Entity): readonly Field[] {
  const title = titleField(entity);
  return entity.fields.filter(
    (field) => field !== title && (field.options.derived !== true || field.type === "subTable"),
  );
}

/** The fields of a record, edited where they stand. */
export function RecordFields(props: RecordFieldsProps) {
  const { entity, entry, session, id, may, check, onTyping } = props;
  return (
    <>
      {shownFields(entity).map((field) => {
        const Line = lines[field.type];
        return Line !== undefined ? (
          <Fragment key={field.id}>
            <Line {...props} field={field} />
            <Broken messages={brokenAt(check, field.key)} />
          </Fragment>
        ) : (
          <div key={field.id} className={wide.has(field.type) ? css.block : css.field}>
            <Label field={field} check={check} />
            <FieldInput
              field={field}
              value={entry.row.fields[field.key]}
              readOnly={!may(field) || isComputed(field)}
              onChange={(value) => session.set(id, field.key, value)}
              onTyping={onTyping && ((typed) => onTyping(field.key, typed))}
            />
            <Broken messages={brokenAt(check, field.key)} />
          </div>
        );
      })}
    </>
  );
}

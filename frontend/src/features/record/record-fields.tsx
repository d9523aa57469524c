import { createElement, type ReactNode } from "react";
import type { Field } from "@/api/types";
import { FieldInput } from "@/fields/field-input";
import { press, pressOff } from "@/fields/more/press";
import { titleField } from "@/fields/options";
import { isComputed, typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import css from "./record.module.css";
import type { RecordBodyProps } from "./record-body";
import { SubTable } from "./sub-table";

export interface RecordFieldsProps extends RecordBodyProps {
  readonly may: (field: Field) => boolean;
}

interface LineProps extends RecordFieldsProps {
  readonly field: Field;
}

function Label({ field }: { readonly field: Field }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control says the field's name itself
    <label title={field.description}>
      {createElement(typeOf(field).icon, { "aria-hidden": true })}
      <span>{field.name}</span>
      {field.required === true && <span className={css.required}>{"*"}</span>}
      {Boolean(field.updating) && <span className={css.updating} title={t("kinds.updating")} />}
    </label>
  );
}

function ButtonLine({ field, entity, id }: LineProps) {
  const off = pressOff(field);
  return (
    <div className={css.field}>
      <Label field={field} />
      <div className={css.press}>
        <Button kind="line" disabled={off !== undefined} onClick={() => void press(field, entity.id, id)}>
          {typeOf(field).format(field, null)}
        </Button>
        {off !== undefined && <small>{off}</small>}
      </div>
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
  subTable: ({ field, id, session, may }) => (
    <div className={css.block}>
      <Label field={field} />
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

/** The fields of a record, edited where they stand. */
export function RecordFields(props: RecordFieldsProps) {
  const { entity, entry, session, id, may } = props;
  const title = titleField(entity);
  const fields = entity.fields.filter(
    (field) => field !== title && (field.options.derived !== true || field.type === "subTable"),
  );
  return (
    <>
      {fields.map((field) => {
        const Line = lines[field.type];
        return Line !== undefined ? (
          <Line key={field.id} {...props} field={field} />
        ) : (
          <div key={field.id} className={wide.has(field.type) ? css.block : css.field}>
            <Label field={field} />
            <FieldInput
              field={field}
              value={entry.row.fields[field.key]}
              readOnly={!may(field) || isComputed(field)}
              onChange={(value) => session.set(id, field.key, value)}
            />
          </div>
        );
      })}
    </>
  );
}

import { createElement } from "react";
import type { Field } from "@/api/types";
import { FieldInput } from "@/fields/field-input";
import { titleField } from "@/fields/options";
import { typeOf } from "@/fields/registry";
import css from "./record.module.css";
import type { RecordBodyProps } from "./record-body";

export interface RecordFieldsProps extends RecordBodyProps {
  readonly may: (field: Field) => boolean;
}

/** The fields of a record, edited where they stand. */
export function RecordFields({ entity, entry, session, id, may }: RecordFieldsProps) {
  const title = titleField(entity);
  const fields = entity.fields.filter((field) => field !== title && field.options.derived !== true);
  return (
    <>
      {fields.map((field) => (
        <div key={field.id} className={css.field}>
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the control says the field's name itself */}
          <label title={field.description}>
            {createElement(typeOf(field).icon, { "aria-hidden": true })}
            <span>{field.name}</span>
            {field.required && <span className={css.required}>{"*"}</span>}
          </label>
          <FieldInput
            field={field}
            value={entry.row.fields[field.key]}
            readOnly={!may(field)}
            onChange={(value) => session.set(id, field.key, value)}
          />
        </div>
      ))}
    </>
  );
}

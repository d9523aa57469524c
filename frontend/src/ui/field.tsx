import { CircleAlert } from "lucide-react";
import { createContext, type ReactNode, use, useId } from "react";
import { t } from "@/lib/i18n";
import css from "./field.module.css";

interface FieldContext {
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly bad: boolean;
}

const Context = createContext<FieldContext | undefined>(undefined);

/** What a control inside a Field puts on its element. */
export function useField() {
  const field = use(Context);
  return field
    ? { id: field.id, "aria-describedby": field.describedBy, "aria-invalid": field.bad || undefined }
    : {};
}

/** For a control whose name must hold its value too, as a button that opens a list. */
export function useFieldButton(label: string | undefined, value: string) {
  const field = useField();
  const button = field.id
    ? { ...field, "aria-labelledby": `${field.id}-label ${field.id}-value` }
    : { ...field, "aria-label": label ? `${label}: ${value}` : undefined };
  return { button, valueId: field.id && `${field.id}-value` };
}

export interface FieldProps {
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: ReactNode;
  /** A link or note at the right of the label. */
  readonly aside?: ReactNode;
  readonly optional?: boolean;
  readonly children: ReactNode;
}

/** A labelled control with its hint, or with what is wrong. */
export function Field({ label, error, hint, aside, optional, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <Context value={{ id, describedBy: error || hint ? note : undefined, bad: Boolean(error) }}>
      <div className={css.field}>
        <div className={css.top}>
          <label id={`${id}-label`} htmlFor={id}>
            {label}
          </label>
          {optional && <span className={css.optional}>{t("common.optional")}</span>}
          {aside && <span className={css.aside}>{aside}</span>}
        </div>
        {children}
        {error ? (
          <div id={note} className={css.error} role="alert">
            <CircleAlert aria-hidden="true" />
            {error}
          </div>
        ) : (
          hint && (
            <div id={note} className={css.hint}>
              {hint}
            </div>
          )
        )}
      </div>
    </Context>
  );
}

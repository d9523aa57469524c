import type { ReactNode } from "react";
import { t } from "@/lib/i18n";
import type { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { IconPicker } from "@/ui/icon-picker";
import { Input } from "@/ui/input";
import css from "./dialogs.module.css";

interface Named {
  name: string;
  icon: string;
  color: string;
}

export interface NameDialogProps {
  readonly title: string;
  readonly text?: string;
  readonly label: string;
  readonly placeholder: string;
  readonly act: string;
  readonly form: Pick<
    ReturnType<typeof useForm<Named>>,
    "values" | "errors" | "busy" | "set" | "submit" | "form"
  >;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A name with an icon and a colour: for apps and tables. */
export function NameDialog(props: NameDialogProps) {
  const { title, text, label, placeholder, act, form, onClose, children } = props;
  const { values, errors, busy, set, submit } = form;
  return (
    <Dialog open onClose={onClose} title={title} {...(text ? { text } : {})}>
      <form ref={form.form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <div className={css.name}>
          <IconPicker
            icon={values.icon}
            color={values.color}
            size={40}
            onChange={({ icon, color }) => {
              set("icon", icon);
              set("color", color);
            }}
          />
          <Field label={label} error={errors.name}>
            <Input
              name="name"
              size={40}
              autoFocus
              maxLength={100}
              placeholder={placeholder}
              value={values.name}
              onChange={(name) => set("name", name)}
            />
          </Field>
        </div>
        {children}
        {errors[""] && (
          <p role="alert" className={css.bad}>
            {errors[""]}
          </p>
        )}
        <div className={css.acts}>
          <Button kind="line" size={34} onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button kind="primary" size={34} type="submit" busy={busy}>
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

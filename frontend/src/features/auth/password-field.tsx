import { t } from "@/lib/i18n";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/input";
import css from "./auth.module.css";
import { strength } from "./password";

export interface PasswordFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
  readonly onBlur: () => void;
}

/** A new password with how strong it is. */
export function PasswordField({ value, error, onChange, onBlur }: PasswordFieldProps) {
  const level = strength(value);
  const hint = (
    <>
      <span className={css.meter} data-level={level} aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <i key={step} data-on={step <= level} />
        ))}
      </span>
      {t(`auth.strength${level}`)}
    </>
  );
  return (
    <Field label={t("auth.password")} error={error} hint={hint}>
      <PasswordInput
        name="password"
        size={40}
        autoComplete="new-password"
        value={value}
        onChange={onChange}
        onBlur={onBlur}
      />
    </Field>
  );
}

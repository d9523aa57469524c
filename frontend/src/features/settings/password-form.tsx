import { useState } from "react";
import { useUpdateMe } from "@/api/account";
import { fieldErrors } from "@/api/problem";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/input";
import { toast } from "@/ui/toast-store";
import css from "./settings.module.css";

function Fields({ email, onDone }: { readonly email: string; readonly onDone: () => void }) {
  const update = useUpdateMe();
  const { values, errors, busy, set, leave, submit, form } = useForm({
    initial: { currentPassword: "", password: "" },
    check: ({ currentPassword, password }) => ({
      currentPassword: currentPassword ? undefined : t("form.required"),
      password: [...password].length < 8 ? t("form.passwordShort", { min: 8 }) : undefined,
    }),
    onSubmit: async (input) => {
      await update.mutateAsync(input);
      toast({ kind: "good", text: t("settings.passwordDone") });
      onDone();
    },
    explain: fieldErrors,
  });
  return (
    <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <p className={css.lead}>{t("settings.passwordText")}</p>
      {/* For password managers: whose password this is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <Field label={t("settings.currentPassword")} error={errors.currentPassword}>
        <PasswordInput
          name="currentPassword"
          autoComplete="current-password"
          value={values.currentPassword}
          onChange={(value) => set("currentPassword", value)}
        />
      </Field>
      <Field label={t("settings.newPassword")} error={errors.password}>
        <PasswordInput
          name="password"
          autoComplete="new-password"
          value={values.password}
          onChange={(value) => set("password", value)}
          onBlur={() => leave("password")}
        />
      </Field>
      {errors[""] && (
        <p role="alert" className={css.bad}>
          {errors[""]}
        </p>
      )}
      <div>
        <Button kind="primary" size={34} type="submit" busy={busy}>
          {t("settings.passwordAct")}
        </Button>
      </div>
    </form>
  );
}

export function PasswordForm({ email }: { readonly email: string }) {
  const [times, setTimes] = useState(0);
  return <Fields key={times} email={email} onDone={() => setTimes(times + 1)} />;
}

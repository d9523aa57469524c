import { useSyncExternalStore } from "react";
import { type MePatch, useUpdateMe } from "@/api/account";
import { errorText, fieldErrors } from "@/api/problem";
import type { User } from "@/api/types";
import { type Locale, locale, locales, t } from "@/lib/i18n";
import { changeLocale } from "@/lib/i18n/use-locale";
import { onTheme, setTheme, storedTheme, themes } from "@/lib/theme";
import { useForm } from "@/lib/use-form";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Segmented } from "@/ui/segmented";
import { toast } from "@/ui/toast-store";
import css from "./settings.module.css";
import { TimeZoneSelect } from "./time-zone-select";

/** Language, look and zone are saved as they are chosen. */
function Choices({ user }: { readonly user: User }) {
  const update = useUpdateMe();
  const theme = useSyncExternalStore(onTheme, storedTheme);
  async function handleSave(patch: MePatch, after: () => unknown): Promise<void> {
    try {
      await update.mutateAsync(patch);
      await after();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <div className={css.form}>
      <Field label={t("settings.language")}>
        <Segmented<Locale>
          label={t("settings.language")}
          value={locale()}
          segments={locales.map((value) => ({ value, label: t(`locale.${value}`) }))}
          onChange={(next) => void handleSave({ locale: next }, () => changeLocale(next, user.timeZone))}
        />
      </Field>
      <Field label={t("settings.theme")}>
        <Segmented
          label={t("settings.theme")}
          value={theme}
          segments={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={(next) => {
            setTheme(next);
            void handleSave({ theme: next }, () => undefined);
          }}
        />
      </Field>
      <Field label={t("settings.timeZone")}>
        <TimeZoneSelect
          value={user.timeZone}
          onChange={(zone) => void handleSave({ timeZone: zone }, () => changeLocale(locale(), zone))}
        />
      </Field>
    </div>
  );
}

export function ProfileForm({ user }: { readonly user: User }) {
  const update = useUpdateMe();
  const { values, errors, busy, set, submit, form } = useForm({
    initial: { name: user.name },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async ({ name }) => {
      await update.mutateAsync({ name: name.trim() });
      toast({ kind: "good", text: t("settings.saved") });
    },
    explain: fieldErrors,
  });
  return (
    <>
      <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <div className={css.who}>
          <Avatar id={user.id} name={user.name} size={56} />
          <span>
            <b>{user.name}</b>
            <small>{user.email}</small>
          </span>
        </div>
        <Field label={t("settings.name")} error={errors.name ?? errors[""]}>
          <Input
            name="name"
            autoComplete="name"
            maxLength={100}
            value={values.name}
            onChange={(name) => set("name", name)}
            end={
              values.name.trim() !== user.name && (
                <Button kind="primary" size={30} type="submit" busy={busy} className={css.inline}>
                  {t("common.save")}
                </Button>
              )
            }
          />
        </Field>
      </form>
      <Choices user={user} />
    </>
  );
}

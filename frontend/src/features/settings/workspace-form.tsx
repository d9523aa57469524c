import { useUpdateTenant } from "@/api/account";
import { fieldErrors } from "@/api/problem";
import type { Tenant } from "@/api/types";
import { locales, t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Segmented } from "@/ui/segmented";
import { toast } from "@/ui/toast-store";
import css from "./settings.module.css";
import { TimeZoneSelect } from "./time-zone-select";

export function WorkspaceForm({ tenant }: { readonly tenant: Tenant }) {
  const update = useUpdateTenant();
  const { values, errors, busy, set, submit, form } = useForm({
    initial: {
      name: tenant.name,
      locale: locales.find((one) => one === tenant.locale) ?? "zh-CN",
      timeZone: tenant.timeZone,
      weekStart: String(tenant.weekStart),
    },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async ({ name, weekStart, ...rest }) => {
      await update.mutateAsync({ ...rest, name: name.trim(), weekStart: Number(weekStart) });
      toast({ kind: "good", text: t("settings.saved") });
    },
    explain: fieldErrors,
  });
  return (
    <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t("settings.workspaceName")} error={errors.name}>
        <Input name="name" maxLength={100} value={values.name} onChange={(name) => set("name", name)} />
      </Field>
      <Field label={t("settings.language")} error={errors.locale} hint={t("settings.workspaceHint")}>
        <Segmented
          label={t("settings.language")}
          value={values.locale}
          segments={locales.map((value) => ({ value, label: t(`locale.${value}`) }))}
          onChange={(next) => set("locale", next)}
        />
      </Field>
      <Field label={t("settings.timeZone")} error={errors.timeZone}>
        <TimeZoneSelect value={values.timeZone} onChange={(zone) => set("timeZone", zone)} />
      </Field>
      <Field label={t("settings.weekStart")} error={errors.weekStart}>
        <Segmented
          label={t("settings.weekStart")}
          value={values.weekStart}
          segments={[
            { value: "1", label: t("settings.monday") },
            { value: "0", label: t("settings.sunday") },
            { value: "6", label: t("settings.saturday") },
          ]}
          onChange={(next) => set("weekStart", next)}
        />
      </Field>
      {errors[""] && (
        <p role="alert" className={css.bad}>
          {errors[""]}
        </p>
      )}
      <div>
        <Button kind="primary" size={34} type="submit" busy={busy}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

import { useState } from "react";
import { useDepartments, useInvite, useRoles } from "@/api/people";
import { fieldErrors } from "@/api/problem";
import type { Invitation } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatTime } from "@/lib/i18n/format";
import { roleName } from "@/lib/i18n/role-name";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { CopyLine } from "@/ui/copy-line";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { MultiSelect, Select } from "@/ui/select";
import css from "./members.module.css";

interface Close {
  readonly onClose: () => void;
}

function InviteForm({ onClose, onDone }: Close & { readonly onDone: (invitation: Invitation) => void }) {
  const invite = useInvite();
  const { data: roles = [] } = useRoles();
  const { data: departments = [] } = useDepartments();
  const { values, errors, busy, set, leave, submit, form } = useForm({
    initial: { email: "", roles: ["member"] as readonly string[], department: "" },
    check: (input) => ({
      email: /^\S+@\S+\.\S+$/.test(input.email.trim()) ? undefined : t("form.email"),
      roles: input.roles.length > 0 ? undefined : t("form.required"),
    }),
    onSubmit: async ({ email, roles: chosen, department }) =>
      onDone(
        await invite.mutateAsync({ email: email.trim(), roles: chosen, ...(department && { department }) }),
      ),
    explain: fieldErrors,
  });
  const choices = roles.filter((role) => role.key !== "owner");
  return (
    <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t("members.email")} error={errors.email}>
        <Input
          name="email"
          type="email"
          autoFocus
          placeholder={t("auth.emailPlaceholder")}
          value={values.email}
          onChange={(email) => set("email", email)}
          onBlur={() => leave("email")}
        />
      </Field>
      <Field label={t("members.role")} error={errors.roles}>
        <MultiSelect
          value={values.roles}
          options={choices.map((role) => ({ value: role.key ?? role.id, label: roleName(role) }))}
          onChange={(next) => set("roles", next)}
        />
      </Field>
      {departments.length > 0 && (
        <Field label={t("members.department")} optional error={errors.department}>
          <Select
            value={values.department || undefined}
            placeholder={t("members.noDepartment")}
            options={departments.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(department) => set("department", department)}
          />
        </Field>
      )}
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
          {t("members.create")}
        </Button>
      </div>
    </form>
  );
}

/** Makes an invitation and shows its link, which is told only once. */
export function InviteDialog({ onClose }: Close) {
  const [made, setMade] = useState<Invitation>();
  if (!made) {
    return (
      <Dialog open onClose={onClose} title={t("members.inviteTitle")} text={t("members.inviteText")}>
        <InviteForm onClose={onClose} onDone={setMade} />
      </Dialog>
    );
  }
  const link = new URL(made.url ?? "", window.location.origin).href;
  const date = formatTime(made.expiresAt, { dateStyle: "medium" });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("members.linkTitle")}
      text={t("members.linkText", { email: made.email, date })}
      footer={
        <>
          <Button kind="line" size={34} onClick={() => setMade(undefined)}>
            {t("members.another")}
          </Button>
          <Button kind="line" size={34} onClick={onClose}>
            {t("common.done")}
          </Button>
        </>
      }
    >
      <CopyLine text={link} label={t("members.linkTitle")} />
    </Dialog>
  );
}

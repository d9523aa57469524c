import { useState } from "react";
import { useCreateToken } from "@/api/account";
import { fieldErrors } from "@/api/problem";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { CopyLine } from "@/ui/copy-line";
import { DatePicker } from "@/ui/date-picker";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Segmented } from "@/ui/segmented";
import css from "./settings.module.css";

interface Close {
  readonly onClose: () => void;
}

function TokenForm({ onClose, onDone }: Close & { readonly onDone: (token: string) => void }) {
  const create = useCreateToken();
  const { values, errors, busy, set, submit, form } = useForm({
    initial: { name: "", scopes: "read" as "read" | "write", expiresAt: "" },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async ({ name, scopes, expiresAt }) => {
      const made = await create.mutateAsync({
        name: name.trim(),
        scopes: scopes === "write" ? ["read", "write"] : ["read"],
        ...(expiresAt && { expiresAt: new Date(`${expiresAt}T23:59:59`).toISOString() }),
      });
      onDone(made.token ?? "");
    },
    explain: fieldErrors,
  });
  return (
    <form ref={form} className={css.dialogForm} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t("settings.tokenName")} error={errors.name}>
        <Input
          name="name"
          autoFocus
          maxLength={100}
          placeholder={t("settings.tokenPlaceholder")}
          value={values.name}
          onChange={(name) => set("name", name)}
        />
      </Field>
      <Field label={t("settings.scope")} error={errors.scopes}>
        <Segmented
          label={t("settings.scope")}
          value={values.scopes}
          segments={[
            { value: "read", label: t("settings.scopeRead") },
            { value: "write", label: t("settings.scopeWrite") },
          ]}
          onChange={(scopes) => set("scopes", scopes)}
        />
      </Field>
      <Field label={t("settings.expires")} error={errors.expiresAt} optional>
        <DatePicker
          value={values.expiresAt || undefined}
          placeholder={t("settings.never")}
          onChange={(value) => set("expiresAt", value ?? "")}
        />
      </Field>
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
          {t("common.create")}
        </Button>
      </div>
    </form>
  );
}

/** Makes a token and shows it this once. */
export function NewToken({ onClose }: Close) {
  const [token, setToken] = useState("");
  if (!token) {
    return (
      <Dialog open onClose={onClose} title={t("settings.newToken")}>
        <TokenForm onClose={onClose} onDone={setToken} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settings.tokenTitle")}
      text={t("settings.tokenOnce")}
      footer={
        <Button kind="line" size={34} onClick={onClose}>
          {t("common.done")}
        </Button>
      }
    >
      <CopyLine text={token} label={t("settings.tokenTitle")} />
    </Dialog>
  );
}

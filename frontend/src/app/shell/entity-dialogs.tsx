import { Link, useNavigate } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useCreateEntity, useDeleteEntity, useUpdateEntity } from "@/api/apps";
import { errorText, fieldErrors } from "@/api/problem";
import type { App, EntityInfo } from "@/api/types";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Confirm } from "@/ui/confirm";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast-store";
import css from "./dialogs.module.css";
import { NameDialog } from "./name-dialog";

interface Close {
  readonly onClose: () => void;
}

/** A table with a title field; the rest is added in the table itself. */
export function NewEntity({ app, onClose }: Close & { readonly app: App }) {
  const create = useCreateEntity();
  const navigate = useNavigate();
  const form = useForm({
    initial: { name: "", icon: "table-2", color: app.color ?? "blue" },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async (values) => {
      const name = values.name.trim();
      const entity = await create.mutateAsync({
        ...values,
        name,
        app: app.id,
        fields: [{ name: t("entity.titleField"), type: "text" }],
      });
      onClose();
      await navigate({ to: "/app/$app/table/$entity", params: { app: app.id, entity: entity.id } });
    },
    explain: fieldErrors,
  });
  return (
    <NameDialog
      title={t("entity.newTitle")}
      label={t("entity.name")}
      placeholder={t("entity.namePlaceholder")}
      act={t("common.create")}
      form={form}
      onClose={onClose}
    >
      <Link to="/import" search={{ app: app.id }} className={css.link} onClick={onClose}>
        <FileUp size={15} aria-hidden="true" />
        {t("import.newTitle")}
      </Link>
    </NameDialog>
  );
}

export function EditEntity({ entity, onClose }: Close & { readonly entity: EntityInfo }) {
  const update = useUpdateEntity();
  const form = useForm({
    initial: {
      name: entity.name,
      icon: entity.icon ?? "table-2",
      color: entity.color ?? "blue",
      recordName: entity.recordName ?? "",
    },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async (values) => {
      await update.mutateAsync({ id: entity.id, ...values, name: values.name.trim() });
      onClose();
    },
    explain: fieldErrors,
  });
  const { values, errors, set } = form;
  return (
    <NameDialog
      title={t("entity.editTitle")}
      label={t("entity.name")}
      placeholder={t("entity.namePlaceholder")}
      act={t("common.save")}
      form={{ ...form, set: (name, value) => set(name, value) }}
      onClose={onClose}
    >
      <Field
        label={t("entity.recordName")}
        hint={t("entity.recordNameHint")}
        error={errors.recordName}
        optional
      >
        <Input
          name="recordName"
          value={values.recordName}
          maxLength={60}
          onChange={(value) => set("recordName", value)}
        />
      </Field>
    </NameDialog>
  );
}

export interface DeleteEntityProps extends Close {
  readonly entity: EntityInfo;
  readonly onDone: () => void;
}

export function DeleteEntity({ entity, onClose, onDone }: DeleteEntityProps) {
  const remove = useDeleteEntity();
  async function handleDelete(): Promise<void> {
    try {
      await remove.mutateAsync(entity.id);
      toast({ kind: "good", text: t("entity.deleted", { name: entity.name }) });
      onDone();
      onClose();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <Confirm
      danger
      title={t("entity.deleteTitle", { name: entity.name })}
      text={t("entity.deleteText")}
      act={t("entity.delete")}
      onAct={handleDelete}
      onClose={onClose}
    />
  );
}

import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutTemplate } from "lucide-react";
import { useCreateApp, useDeleteApp, useUpdateApp } from "@/api/apps";
import { errorText, fieldErrors } from "@/api/problem";
import type { App } from "@/api/types";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Confirm } from "@/ui/confirm";
import { toast } from "@/ui/toast-store";
import css from "./dialogs.module.css";
import { NameDialog } from "./name-dialog";

export interface NewAppProps {
  readonly onClose: () => void;
}

/** A blank app; the template centre is one click away. */
export function NewApp({ onClose }: NewAppProps) {
  const create = useCreateApp();
  const navigate = useNavigate();
  const form = useForm({
    initial: { name: "", icon: "layers", color: "blue" },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async (values) => {
      const app = await create.mutateAsync({ ...values, name: values.name.trim() });
      onClose();
      await navigate({ to: "/app/$app", params: { app: app.id } });
    },
    explain: fieldErrors,
  });
  return (
    <NameDialog
      title={t("app.newTitle")}
      text={t("app.newText")}
      label={t("app.name")}
      placeholder={t("app.namePlaceholder")}
      act={t("common.create")}
      form={form}
      onClose={onClose}
    >
      <Link to="/templates" className={css.link} onClick={onClose}>
        <LayoutTemplate size={15} aria-hidden="true" />
        {t("app.newFromTemplate")}
      </Link>
    </NameDialog>
  );
}

export function EditApp({ app, onClose }: { readonly app: App; readonly onClose: () => void }) {
  const update = useUpdateApp();
  const form = useForm({
    initial: { name: app.name, icon: app.icon ?? "layers", color: app.color ?? "blue" },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async (values) => {
      await update.mutateAsync({ id: app.id, ...values, name: values.name.trim() });
      onClose();
    },
    explain: fieldErrors,
  });
  return (
    <NameDialog
      title={t("app.edit")}
      label={t("app.name")}
      placeholder={t("app.namePlaceholder")}
      act={t("common.save")}
      form={form}
      onClose={onClose}
    />
  );
}

export interface DeleteAppProps {
  readonly app: App;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function DeleteApp({ app, onClose, onDone }: DeleteAppProps) {
  const remove = useDeleteApp();
  async function handleDelete(): Promise<void> {
    try {
      await remove.mutateAsync(app.id);
      toast({ kind: "good", text: t("app.deleted", { name: app.name }) });
      onDone();
      onClose();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <Confirm
      danger
      title={t("app.deleteTitle", { name: app.name })}
      text={t("app.deleteText", { count: app.entities?.length ?? 0 })}
      act={t("app.delete")}
      onAct={handleDelete}
      onClose={onClose}
    />
  );
}

import { useCreateRole, useDeleteRole, useUpdateRole } from "@/api/people";
import { errorText, fieldErrors } from "@/api/problem";
import type { Role } from "@/api/types";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input, Textarea } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast-store";
import css from "./roles.module.css";

export interface RoleDialogProps {
  /** Without one a role is made. */
  readonly role?: Role;
  /** Roles whose rights a new one may start with. */
  readonly from?: readonly Role[];
  readonly onClose: () => void;
  readonly onDone?: (id: string) => void;
}

export function RoleDialog({ role, from = [], onClose, onDone }: RoleDialogProps) {
  const create = useCreateRole();
  const update = useUpdateRole();
  const { values, errors, busy, set, submit, form } = useForm({
    initial: { name: role?.name ?? "", description: role?.description ?? "", from: "" },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async ({ name, description, from: start }) => {
      const input = { name: name.trim(), description: description.trim() };
      const saved = role
        ? await update.mutateAsync({ id: role.id, ...input })
        : await create.mutateAsync({
            ...input,
            grants: from.find(({ id }) => id === start)?.grants ?? [],
          });
      onClose();
      onDone?.(saved.id);
    },
    explain: fieldErrors,
  });
  return (
    <Dialog open onClose={onClose} title={role ? t("roles.edit") : t("roles.new")}>
      <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t("roles.newName")} error={errors.name}>
          <Input
            name="name"
            autoFocus
            maxLength={100}
            placeholder={t("roles.newPlaceholder")}
            value={values.name}
            onChange={(name) => set("name", name)}
          />
        </Field>
        <Field label={t("roles.description")} error={errors.description} optional>
          <Textarea
            name="description"
            maxLength={500}
            placeholder={t("roles.descriptionPlaceholder")}
            value={values.description}
            onChange={(description) => set("description", description)}
          />
        </Field>
        {from.length > 0 && (
          <Field label={t("roles.startFrom")} optional>
            <Select
              value={values.from}
              options={[
                { value: "", label: t("roles.startEmpty") },
                ...from.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              onChange={(id) => set("from", id)}
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
            {role ? t("common.save") : t("common.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export interface DeleteRoleProps {
  readonly role: Role;
  readonly people: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function DeleteRole({ role, people, onClose, onDone }: DeleteRoleProps) {
  const remove = useDeleteRole();
  async function handleDelete(): Promise<void> {
    try {
      await remove.mutateAsync(role.id);
      toast({ kind: "good", text: t("roles.deleted", { name: role.name }) });
      onClose();
      onDone();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <Confirm
      danger
      title={t("roles.deleteTitle", { name: role.name })}
      text={t("roles.deleteText", { count: people })}
      act={t("roles.delete")}
      onAct={handleDelete}
      onClose={onClose}
    />
  );
}

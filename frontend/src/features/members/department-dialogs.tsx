import { useCreateDepartment, useDeleteDepartment, useMembers, useUpdateDepartment } from "@/api/people";
import { errorText, fieldErrors } from "@/api/problem";
import type { Department } from "@/api/types";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast-store";
import { subtree } from "./department-tree";
import css from "./members.module.css";

export type Asked =
  | { readonly kind: "new"; readonly parent: string | null }
  | { readonly kind: "edit" | "delete"; readonly department: Department };

interface DialogsProps {
  readonly asked: Asked;
  readonly departments: readonly Department[];
  readonly onClose: () => void;
}

function useDepartmentForm({ asked, onClose }: DialogsProps) {
  const create = useCreateDepartment();
  const update = useUpdateDepartment();
  const old = asked.kind === "new" ? undefined : asked.department;
  return useForm({
    initial: {
      name: old?.name ?? "",
      parent: (asked.kind === "new" ? asked.parent : asked.department.parent) ?? "",
      manager: old?.manager?.id ?? "",
    },
    check: ({ name }) => (name.trim() ? {} : { name: t("form.required") }),
    onSubmit: async ({ name, parent, manager }) => {
      const input = { name: name.trim(), parent: parent || null, manager: manager || null };
      if (old) {
        await update.mutateAsync({ id: old.id, ...input });
      } else {
        await create.mutateAsync({
          name: input.name,
          ...(parent && { parent }),
          ...(manager && { manager }),
        });
      }
      onClose();
    },
    explain: fieldErrors,
  });
}

function DepartmentForm(props: DialogsProps) {
  const { asked, departments, onClose } = props;
  const { data: members = [] } = useMembers();
  const { values, errors, busy, set, submit, form } = useDepartmentForm(props);
  const below = asked.kind === "new" ? new Set<string>() : subtree(departments, asked.department.id);
  return (
    <Dialog
      open
      onClose={onClose}
      title={asked.kind === "new" ? t("departments.add") : t("departments.edit")}
    >
      <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t("departments.name")} error={errors.name}>
          <Input
            name="name"
            autoFocus
            maxLength={100}
            placeholder={t("departments.namePlaceholder")}
            value={values.name}
            onChange={(name) => set("name", name)}
          />
        </Field>
        <Field label={t("departments.parent")} error={errors.parent}>
          <Select
            value={values.parent}
            options={[
              { value: "", label: t("departments.noParent") },
              ...departments
                .filter(({ id }) => !below.has(id))
                .map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(parent) => set("parent", parent)}
          />
        </Field>
        <Field label={t("departments.manager")} error={errors.manager}>
          <Select
            value={values.manager}
            options={[
              { value: "", label: t("departments.noManager") },
              ...members.map(({ id, name, email }) => ({
                value: id,
                label: name,
                search: email,
                icon: <Avatar id={id} name={name} size={20} />,
              })),
            ]}
            onChange={(manager) => set("manager", manager)}
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
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteDepartment({ department, onClose }: { department: Department; onClose: () => void }) {
  const remove = useDeleteDepartment();
  async function handleDelete(): Promise<void> {
    try {
      await remove.mutateAsync(department.id);
      onClose();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <Confirm
      danger
      title={t("departments.deleteTitle", { name: department.name })}
      text={t("departments.deleteText")}
      act={t("departments.delete")}
      onAct={handleDelete}
      onClose={onClose}
    />
  );
}

export function DepartmentDialogs(props: DialogsProps) {
  return props.asked.kind === "delete" ? (
    <DeleteDepartment department={props.asked.department} onClose={props.onClose} />
  ) : (
    <DepartmentForm {...props} />
  );
}

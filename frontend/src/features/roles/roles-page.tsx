import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMembers, useRoles } from "@/api/people";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { PageHead } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { BuiltInRole } from "./built-in-role";
import { RoleEditor } from "./role-editor";
import { RoleList } from "./role-list";
import css from "./roles.module.css";

const RoleDialog = lazy(async () => ({ default: (await import("./role-dialogs")).RoleDialog }));

export interface RolesPageProps {
  readonly role: string | undefined;
  readonly onRole: (id: string | undefined) => void;
}

export function RolesPage({ role: chosen, onRole }: RolesPageProps) {
  const { data: roles, error } = useRoles();
  const { data: members = [] } = useMembers();
  const [adding, setAdding] = useState(false);
  const [changed, setChanged] = useState(false);
  useTitle(t("roles.title"));
  const role = roles?.find(({ id }) => id === chosen) ?? roles?.find(({ builtIn }) => !builtIn) ?? roles?.[0];
  const people = members.filter((member) => member.roles.some(({ id }) => id === role?.id));
  return (
    <main className={css.page}>
      <PageHead title={t("roles.title")} line>
        <Button kind="primary" icon={<Plus />} onClick={() => setAdding(true)}>
          {t("roles.new")}
        </Button>
      </PageHead>
      {error && <EmptyState title={t("error.pageTitle")} text={errorText(error)} />}
      {!roles && !error && <SkeletonRows />}
      {roles && role && (
        <div className={css.body}>
          <RoleList roles={roles} members={members} shown={role.id} changed={changed} onRole={onRole} />
          {role.builtIn ? (
            <BuiltInRole key={role.id} role={role} people={people} onNew={() => setAdding(true)} />
          ) : (
            <RoleEditor
              key={role.id}
              role={role}
              people={people}
              others={roles.filter((one) => !one.builtIn && one.id !== role.id)}
              onChanged={setChanged}
              onDeleted={() => onRole(undefined)}
            />
          )}
        </div>
      )}
      {adding && (
        <Suspense>
          <RoleDialog
            from={(roles ?? []).filter(({ builtIn }) => !builtIn)}
            onClose={() => setAdding(false)}
            onDone={onRole}
          />
        </Suspense>
      )}
    </main>
  );
}

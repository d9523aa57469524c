import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { useMe } from "@/api/meta";
import { withTypes } from "@/fields/registry";
import { NotAllowed, PagePending } from "../fallbacks";

const loadRoles = withTypes(() => import("@/features/roles/roles-page"));
const RolesPage = lazy(async () => ({ default: (await loadRoles()).RolesPage }));
const DepartmentsPage = lazy(async () => ({
  default: (await import("@/features/members/departments-page")).DepartmentsPage,
}));
const SettingsPage = lazy(async () => ({
  default: (await import("@/features/settings/settings-page")).SettingsPage,
}));

/** Pages that only administrators may use say so to the others. */
function AdminOnly({ children }: { readonly children: ReactNode }) {
  const { data: me } = useMe();
  if (me && !me.can.admin) {
    return <NotAllowed />;
  }
  return me ? <Suspense fallback={<PagePending />}>{children}</Suspense> : <PagePending />;
}

export function DepartmentsRoute() {
  return (
    <AdminOnly>
      <DepartmentsPage />
    </AdminOnly>
  );
}

export function RolesRoute() {
  const { role } = useSearch({ from: "/shell/roles" });
  const navigate = useNavigate({ from: "/roles" });
  return (
    <AdminOnly>
      <RolesPage role={role} onRole={(id) => void navigate({ search: id ? { role: id } : {} })} />
    </AdminOnly>
  );
}

export function SettingsRoute() {
  const { tab } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate({ from: "/settings" });
  return (
    <Suspense fallback={<PagePending />}>
      <SettingsPage tab={tab} onTab={(next) => void navigate({ search: { tab: next }, replace: true })} />
    </Suspense>
  );
}

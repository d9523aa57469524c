import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { PagePending } from "../fallbacks";

const RolesPage = lazy(async () => ({ default: (await import("@/features/roles/roles-page")).RolesPage }));
const SettingsPage = lazy(async () => ({
  default: (await import("@/features/settings/settings-page")).SettingsPage,
}));

export function RolesRoute() {
  const { role } = useSearch({ from: "/shell/roles" });
  const navigate = useNavigate({ from: "/roles" });
  return (
    <Suspense fallback={<PagePending />}>
      <RolesPage role={role} onRole={(id) => void navigate({ search: id ? { role: id } : {} })} />
    </Suspense>
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

import { lazy, Suspense } from "react";
import { useMe } from "@/api/meta";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { PageHead } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { type Tab, Tabs } from "@/ui/tabs";
import { PasswordForm } from "./password-form";
import { ProfileForm } from "./profile-form";
import css from "./settings.module.css";
import { Tokens } from "./tokens";
import { WorkspaceForm } from "./workspace-form";

const Calendars = lazy(async () => ({ default: (await import("./calendars")).Calendars }));
const Rates = lazy(async () => ({ default: (await import("./rates")).Rates }));

type TabName = "profile" | "security" | "tokens" | "workspace" | "calendars" | "rates";

export interface SettingsPageProps {
  readonly tab: string | undefined;
  readonly onTab: (tab: string) => void;
}

export function SettingsPage({ tab, onTab }: SettingsPageProps) {
  const { data: me } = useMe();
  useTitle(t("settings.title"));
  const names: readonly TabName[] = [
    "profile",
    "security",
    "tokens",
    ...(me?.can.admin ? (["workspace"] as const) : []),
    ...(me?.can.design ? (["calendars"] as const) : []),
    ...(me?.can.admin ? (["rates"] as const) : []),
  ];
  const now = names.find((name) => name === tab) ?? "profile";
  const tabs: readonly Tab<TabName>[] = names.map((value) => ({ value, label: t(`settings.${value}`) }));
  return (
    <main className={css.page}>
      <PageHead title={t("settings.title")} />
      <Tabs
        label={t("settings.title")}
        value={now}
        tabs={tabs}
        onChange={onTab}
        className={css.tabs}
        panel="settings"
      />
      <div className={css.body} id="settings" role="tabpanel" aria-label={t(`settings.${now}`)}>
        {!me && <SkeletonRows />}
        {me && now === "profile" && <ProfileForm user={me.user} />}
        {me && now === "security" && <PasswordForm email={me.user.email} />}
        {me && now === "tokens" && <Tokens />}
        {me && now === "workspace" && <WorkspaceForm tenant={me.tenant} />}
        {me && (now === "calendars" || now === "rates") && (
          <Suspense fallback={<SkeletonRows />}>{now === "rates" ? <Rates /> : <Calendars />}</Suspense>
        )}
      </div>
    </main>
  );
}

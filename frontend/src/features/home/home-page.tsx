import { useApps, useMe } from "@/api/meta";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { EmptyState } from "@/ui/empty-state";
import { SkeletonRows } from "@/ui/skeleton";
import css from "./home.module.css";
import { HomeApps } from "./home-apps";
import { HomeStart } from "./home-start";

export interface HomePageProps {
  readonly onNewApp: () => void;
  /** A new app from a file. */
  readonly onImport: () => void;
}

export function HomePage({ onNewApp, onImport }: HomePageProps) {
  const { data: apps, error } = useApps();
  const { data: me } = useMe();
  useTitle(t("shell.home"));
  if (error) {
    return (
      <main className={css.page}>
        <EmptyState title={t("error.pageTitle")} text={errorText(error)} />
      </main>
    );
  }
  if (!apps || !me) {
    return (
      <main className={css.page}>
        <SkeletonRows />
      </main>
    );
  }
  if (apps.length > 0) {
    return <HomeApps apps={apps} me={me} onNewApp={onNewApp} />;
  }
  if (me.can.design) {
    return <HomeStart me={me} onNewApp={onNewApp} onImport={onImport} />;
  }
  return (
    <main className={css.page}>
      <EmptyState ghost title={t("home.waiting")} text={t("home.waitingText")} />
    </main>
  );
}

import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import type { App, Me } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatAgo, formatTime, timeZone } from "@/lib/i18n/format";
import { useRecent } from "@/lib/recent";
import { Button } from "@/ui/button";
import { IconTile } from "@/ui/icon-tile";
import { Checklist } from "./checklist";
import css from "./home.module.css";

function greeting(name: string): string {
  const hour = Number(
    new Intl.DateTimeFormat("en", { hour: "numeric", hourCycle: "h23", timeZone: timeZone() }).format(
      new Date(),
    ),
  );
  if (hour < 11) {
    return t("home.morning", { name });
  }
  if (hour < 13) {
    return t("home.noon", { name });
  }
  return hour < 18 ? t("home.afternoon", { name }) : t("home.evening", { name });
}

function RecentTables({ apps, tenant }: { readonly apps: readonly App[]; readonly tenant: string }) {
  const { list } = useRecent(tenant);
  const shown = list
    .flatMap((one) => {
      const app = apps.find(({ id }) => id === one.app);
      const entity = app?.entities?.find(({ id }) => id === one.entity);
      return app && entity ? [{ app, entity, at: one.at }] : [];
    })
    .slice(0, 4);
  if (shown.length === 0) {
    return null;
  }
  return (
    <section>
      <h2>{t("home.recent")}</h2>
      <ul className={css.recent}>
        {shown.map(({ app, entity, at }) => (
          <li key={entity.id}>
            <Link
              to="/app/$app/table/$entity"
              params={{ app: app.id, entity: entity.id }}
              className={css.recentCard}
            >
              <IconTile icon={entity.icon} color={entity.color ?? app.color} size={28} />
              <span>
                <b>{entity.name}</b>
                <small>{`${app.name} · ${formatAgo(at, Date.now())}`}</small>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function AppCard({ app }: { readonly app: App }) {
  const tables = app.entities ?? [];
  return (
    <li className={css.appCard}>
      <Link to="/app/$app" params={{ app: app.id }} className={css.appLink}>
        <IconTile icon={app.icon ?? "layers"} color={app.color} size={40} />
        <span>
          <b>{app.name}</b>
          <small>{tables.length > 0 ? t("home.tables", { count: tables.length }) : t("home.noTables")}</small>
        </span>
      </Link>
      {tables.length > 0 && (
        <div className={css.chips}>
          {tables.slice(0, 4).map((entity) => (
            <Link key={entity.id} to="/app/$app/table/$entity" params={{ app: app.id, entity: entity.id }}>
              {entity.name}
            </Link>
          ))}
        </div>
      )}
    </li>
  );
}

export interface HomeAppsProps {
  readonly apps: readonly App[];
  readonly me: Me;
  readonly onNewApp: () => void;
}

/** Home once there are apps. */
export function HomeApps({ apps, me, onNewApp }: HomeAppsProps) {
  const tables = apps.reduce((sum, app) => sum + (app.entities?.length ?? 0), 0);
  const today = formatTime(Date.now(), { month: "long", day: "numeric", weekday: "long" });
  return (
    <main className={css.page}>
      <div className={css.column}>
        <header className={css.hello}>
          <div>
            <h1>{greeting(me.user.name)}</h1>
            <p>{`${today} · ${t("home.summary", { apps: apps.length, tables })}`}</p>
          </div>
          {me.can.design && (
            <Button kind="primary" size={34} icon={<Plus />} onClick={onNewApp}>
              {t("home.newApp")}
            </Button>
          )}
        </header>
        {me.can.admin && <Checklist apps={apps.length} tenant={me.tenant.id} />}
        <RecentTables apps={apps} tenant={me.tenant.id} />
        <section>
          <h2>{t("home.apps")}</h2>
          <ul className={css.apps}>
            {apps.map((app) => (
              <AppCard key={app.id} app={app} />
            ))}
            {me.can.design && (
              <li>
                <button type="button" className={css.newApp} onClick={onNewApp}>
                  <span className={css.plus}>
                    <Plus size={20} aria-hidden="true" />
                  </span>
                  <span>
                    {t("home.newApp")}
                    <small>{t("home.newAppText")}</small>
                  </span>
                </button>
              </li>
            )}
          </ul>
        </section>
      </div>
    </main>
  );
}

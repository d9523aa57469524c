import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useCounts } from "@/api/counts";
import type { App, Me } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatTime, timeZone } from "@/lib/i18n/format";
import { Button } from "@/ui/button";
import { IconTile } from "@/ui/icon-tile";
import { Checklist } from "./checklist";
import css from "./home.module.css";
import { RecentList } from "./recent-list";

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

/** Tables of an app that its card names, and how many of all are counted. */
const chipLimit = 6;
const countLimit = 24;

const shownTables = (app: App) =>
  [...(app.entities ?? [])]
    .sort((a, b) => a.order - b.order)
    .slice(0, chipLimit)
    .map(({ id }) => id);

interface AppCardProps {
  readonly app: App;
  readonly counts: Readonly<Record<string, string>>;
}

function AppCard({ app, counts }: AppCardProps) {
  const tables = [...(app.entities ?? [])].sort((a, b) => a.order - b.order);
  const more = tables.length - chipLimit;
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
          {tables.slice(0, chipLimit).map((entity) => (
            <Link key={entity.id} to="/app/$app/table/$entity" params={{ app: app.id, entity: entity.id }}>
              <span>{entity.name}</span>
              {counts[entity.id] !== undefined && <em aria-hidden="true">{counts[entity.id]}</em>}
            </Link>
          ))}
          {more > 0 && (
            <Link to="/app/$app" params={{ app: app.id }}>
              {t("home.moreTables", { count: more })}
            </Link>
          )}
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
  const counts = useCounts(apps.flatMap((app) => shownTables(app)).slice(0, countLimit));
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
        <RecentList apps={apps} tenant={me.tenant.id} />
        <section>
          <h2>{t("home.apps")}</h2>
          <ul className={css.apps}>
            {apps.map((app) => (
              <AppCard key={app.id} app={app} counts={counts} />
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

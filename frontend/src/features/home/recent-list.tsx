import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import { useEntity } from "@/api/meta";
import type { App, EntityInfo } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatAgo } from "@/lib/i18n/format";
import { type Recent, useRecent } from "@/lib/recent";
import { IconTile } from "@/ui/icon-tile";
import { Skeleton } from "@/ui/skeleton";
import css from "./home.module.css";

const limit = 4;

function ago(at: number): string {
  const now = Date.now();
  return now - at < 60_000 ? t("home.justNow") : formatAgo(at, now);
}

interface Place {
  readonly app: App;
  readonly entity: EntityInfo;
  readonly at: number;
}

function Words({ title, sub }: { readonly title: string | undefined; readonly sub: string }) {
  return (
    <span>
      <b>{title ?? <Skeleton width={96} />}</b>
      <small>{sub}</small>
    </span>
  );
}

function TableCard({ app, entity, at }: Place) {
  return (
    <Link
      to="/app/$app/table/$entity"
      params={{ app: app.id, entity: entity.id }}
      className={css.recentCard}
      title={entity.name}
    >
      <IconTile icon={entity.icon} color={entity.color ?? app.color} size={28} />
      <Words title={entity.name} sub={`${app.name} · ${ago(at)}`} />
    </Link>
  );
}

/** What a record is called, asked from the server: the device keeps only its id. */
function useTitleOf(entityId: string, rec: string) {
  const { data: entity } = useEntity(entityId);
  const key = entity?.fields.find(({ id }) => id === entity.title)?.key;
  return useQuery({
    queryKey: ["records", "title", entityId, rec, key],
    enabled: entity !== undefined,
    retry: false,
    queryFn: async () => {
      const { fields } = await api.get<{ fields: Readonly<Record<string, unknown>> }>(
        `/entities/${entityId}/records/${rec}`,
      );
      const title = fields[key ?? ""];
      return typeof title === "string" || typeof title === "number" ? String(title) : "";
    },
  });
}

/** A record that is gone, or out of sight, shows its table instead. */
function RecordCard({ rec, ...place }: Place & { readonly rec: string }) {
  const { app, entity, at } = place;
  const { data: title, error } = useTitleOf(entity.id, rec);
  if (error) {
    return <TableCard {...place} />;
  }
  return (
    <Link
      to="/app/$app/table/$entity"
      params={{ app: app.id, entity: entity.id }}
      search={{ rec }}
      className={css.recentCard}
      title={title}
    >
      <IconTile icon={entity.icon} color={entity.color ?? app.color} size={28} />
      <Words title={title === "" ? t("home.untitled") : title} sub={`${entity.name} · ${ago(at)}`} />
    </Link>
  );
}

/** What was opened last on this device: records before the tables they stand in. */
export function RecentList({ apps, tenant }: { readonly apps: readonly App[]; readonly tenant: string }) {
  const { list } = useRecent(tenant);
  const found = list.flatMap((one: Recent) => {
    const app = apps.find(({ id }) => id === one.app);
    const entity = app?.entities?.find(({ id }) => id === one.entity);
    return app && entity ? [{ app, entity, at: one.at, rec: one.rec }] : [];
  });
  if (found.length === 0) {
    return null;
  }
  return (
    <section>
      <h2>{t("home.recent")}</h2>
      <ul className={css.recent}>
        {found.slice(0, limit).map(({ rec, ...place }) => (
          <li key={`${place.entity.id}${rec ?? ""}`}>
            {rec ? <RecordCard {...place} rec={rec} /> : <TableCard {...place} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

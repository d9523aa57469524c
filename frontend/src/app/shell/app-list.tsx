import { Link, useParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useApps, useMe } from "@/api/meta";
import type { App } from "@/api/types";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { IconTile } from "@/ui/icon-tile";
import { Skeleton } from "@/ui/skeleton";
import { AppMenu } from "./app-menu";
import { EntityTree } from "./entity-tree";
import css from "./sidebar.module.css";

const NewApp = lazy(async () => ({ default: (await import("./app-dialogs")).NewApp }));

function AppRow({
  app,
  open,
  folded,
}: {
  readonly app: App;
  readonly open: boolean;
  readonly folded: boolean;
}) {
  return (
    <>
      <div className={css.row}>
        <Link
          to="/app/$app"
          params={{ app: app.id }}
          className={cx(css.nav, open && css.open)}
          activeOptions={{ exact: !folded }}
          title={app.name}
        >
          <span className={css.tile}>
            <IconTile icon={app.icon ?? "layers"} color={app.color} size={20} />
          </span>
          <span>{app.name}</span>
        </Link>
        {app.can.design && !folded && <AppMenu app={app} className={css.more} />}
      </div>
      {open && !folded && <EntityTree app={app} />}
    </>
  );
}

/** The apps one may see; the open one with its tables. */
export function AppList({ folded }: { readonly folded: boolean }) {
  const { data: apps, isPending } = useApps();
  const { data: me } = useMe();
  const { app: open } = useParams({ strict: false });
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div className={css.group}>
        <span>{t("shell.apps")}</span>
        {me?.can.design && (
          <IconButton size={24} label={t("shell.newApp")} onClick={() => setAdding(true)}>
            <Plus size={14} />
          </IconButton>
        )}
      </div>
      <div className={css.apps}>
        {isPending &&
          [96, 70, 84].map((width) => (
            <div key={width} className={css.nav}>
              <Skeleton width={20} height={20} />
              <Skeleton width={width} />
            </div>
          ))}
        {apps?.length === 0 &&
          [86, 62, 74].map((width) => (
            <div key={width} className={css.ghost} aria-hidden="true">
              <i />
              <i style={{ inlineSize: width }} />
            </div>
          ))}
        {apps?.map((app) => (
          <AppRow key={app.id} app={app} open={app.id === open} folded={folded} />
        ))}
      </div>
      {adding && (
        <Suspense>
          <NewApp onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </>
  );
}

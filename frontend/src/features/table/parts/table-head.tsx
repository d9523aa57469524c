import { Link } from "@tanstack/react-router";
import { CloudOff, LoaderCircle } from "lucide-react";
import { Suspense } from "react";
import { useApps } from "@/api/meta";
import { useSessionState } from "@/data/use-session";
import { t } from "@/lib/i18n";
import { AvatarStack } from "@/ui/avatar";
import { PageHead } from "@/ui/page";
import { Updating } from "../lazy";
import css from "../table.module.css";
import type { Table } from "../use-table";

/** A small chip while more than a few cells are on their way, or the network is away. */
export function ProgressChip({ table }: { readonly table: Table }) {
  const { progress, offline } = useSessionState(table.session);
  if (offline) {
    return (
      <span className={css.progress} data-offline="true" role="status">
        <CloudOff size={13} aria-hidden="true" />
        {t("table.offline", { count: progress?.total ?? 0 })}
      </span>
    );
  }
  if (progress === undefined || progress.total < 200) {
    return null;
  }
  return (
    <span className={css.progress} role="status">
      <LoaderCircle size={13} aria-hidden="true" />
      {t("table.sending", { done: progress.done, total: progress.total })}
    </span>
  );
}

/** Who else is in this table. */
export function Others({ table }: { readonly table: Table }) {
  const { members } = useSessionState(table.session);
  const people = new Map(members.map(({ user }) => [user.id, user]));
  people.delete(table.me?.user.id ?? "");
  return people.size === 0 ? null : (
    <span
      role="img"
      aria-label={t("table.alsoHere", { names: [...people.values()].map((one) => one.name).join(", ") })}
    >
      <AvatarStack people={[...people.values()]} size={24} />
    </span>
  );
}

export function TableHead({ table, app }: { readonly table: Table; readonly app: string }) {
  const { data: apps = [] } = useApps();
  const updating = table.entity.fields.filter((field) => field.updating);
  const name = apps.find((one) => one.id === app)?.name ?? "";
  const crumb = (
    <Link key="app" to="/app/$app" params={{ app }} className={css.crumb}>
      {name}
    </Link>
  );
  return (
    <PageHead title={table.entity.name} crumbs={name ? [crumb] : []}>
      {updating.length > 0 && (
        <Suspense>
          <Updating table={table} fields={updating} />
        </Suspense>
      )}
      <ProgressChip table={table} />
      <Others table={table} />
    </PageHead>
  );
}

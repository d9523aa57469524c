import { RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useApps } from "@/api/meta";
import { errorText } from "@/api/problem";
import { type Trashed, useTrash } from "@/api/trash";
import type { App, EntityInfo } from "@/api/types";
import { matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { NamedIcon } from "@/ui/icon-tile";
import { SearchInput } from "@/ui/input";
import { PageHead } from "@/ui/page";
import { Select } from "@/ui/select";
import { SkeletonRows } from "@/ui/skeleton";
import css from "./trash.module.css";
import { TrashRow } from "./trash-row";
import { useRestore } from "./use-restore";
import { type Titled, useTitled } from "./use-titled";

export interface TrashPageProps {
  /** Only of this table. */
  readonly entity: string | undefined;
  readonly onEntity: (id: string | undefined) => void;
}

const tablesOf = (apps: readonly App[]) =>
  apps.flatMap((app) => (app.entities ?? []).map((entity) => ({ app, entity })));

function TableSelect({ entity, onEntity }: TrashPageProps) {
  const { data: apps = [] } = useApps();
  return (
    <Select
      size={30}
      className={css.select}
      label={t("trash.table")}
      value={entity ?? ""}
      options={[
        { value: "", label: t("trash.allTables") },
        ...tablesOf(apps).map(({ app, entity: one }) => ({
          value: one.id,
          label: one.name,
          icon: <NamedIcon icon={one.icon} />,
          hint: app.name,
          search: app.name,
        })),
      ]}
      onChange={(value) => onEntity(value || undefined)}
    />
  );
}

const keyOf = ({ entity, record }: Trashed) => `${entity}/${record.id}`;

interface ListProps {
  readonly rows: readonly Titled[];
  readonly tables: ReadonlyMap<string, EntityInfo>;
  readonly byTable: boolean;
}

function TrashList({ rows, tables, byTable }: ListProps) {
  const { busy, handleRestore } = useRestore();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((row) => ticked.has(keyOf(row)));
  function handleTick(row: Titled, on: boolean): void {
    const next = new Set(ticked);
    if (on) {
      next.add(keyOf(row));
    } else {
      next.delete(keyOf(row));
    }
    setTicked(next);
  }
  return (
    <>
      <ul className={css.list}>
        <li className={css.heads} aria-hidden="true">
          <span />
          <span>{t("trash.record")}</span>
          <span>{byTable ? "" : t("trash.table")}</span>
          <span>{t("trash.deleted")}</span>
          <span />
        </li>
        {rows.map((row) => (
          <TrashRow
            key={keyOf(row)}
            row={row}
            table={byTable ? undefined : tables.get(row.entity)}
            ticked={ticked.has(keyOf(row))}
            busy={busy}
            onTick={(on) => handleTick(row, on)}
            onRestore={() => void handleRestore([row])}
          />
        ))}
      </ul>
      {chosen.length > 0 && (
        <div className={css.bulk}>
          <Button
            kind="primary"
            size={34}
            icon={<RotateCcw />}
            busy={busy}
            onClick={() => void handleRestore(chosen).then(() => setTicked(new Set()))}
          >
            {t("trash.restoreSome", { count: chosen.length })}
          </Button>
        </div>
      )}
    </>
  );
}

function Content({ entity, search }: { readonly entity: string | undefined; readonly search: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useTrash(entity);
  const { data: apps = [] } = useApps();
  const all = useTitled(data?.pages.flatMap((page) => page.items) ?? []);
  if (error) {
    return <EmptyState title={t("error.pageTitle")} text={errorText(error)} />;
  }
  if (!data) {
    return <SkeletonRows height={48} />;
  }
  if (all.length === 0) {
    return (
      <EmptyState ghost icon={<Trash2 size={22} />} title={t("trash.empty")} text={t("trash.emptyText")} />
    );
  }
  const tables = new Map(tablesOf(apps).map(({ entity: one }) => [one.id, one] as const));
  const rows = all.filter((row) => matches(search, row.title, tables.get(row.entity)?.name));
  return (
    <>
      {rows.length > 0 && <TrashList rows={rows} tables={tables} byTable={entity !== undefined} />}
      {rows.length === 0 && <EmptyState title={t("trash.noneFound")} />}
      {hasNextPage && (
        <Button
          kind="line"
          className={css.more}
          busy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t("trash.more")}
        </Button>
      )}
      {entity === undefined && all.length >= 100 && (
        <p className={css.note}>{t("trash.onlyLast", { count: formatNumber(all.length) })}</p>
      )}
    </>
  );
}

/** Deleted records, to be taken back. */
export function TrashPage(props: TrashPageProps) {
  const [search, setSearch] = useState("");
  useTitle(t("trash.title"));
  return (
    <main className={css.page}>
      <PageHead title={t("trash.title")} line>
        <TableSelect {...props} />
        <SearchInput
          size={30}
          className={css.search}
          placeholder={t("trash.search")}
          aria-label={t("trash.search")}
          value={search}
          onChange={setSearch}
        />
      </PageHead>
      <div className={css.body}>
        <p className={css.note}>{t("trash.text")}</p>
        <Content entity={props.entity} search={search} />
      </div>
    </main>
  );
}

import { Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { entityQuery, useEntity } from "@/api/meta";
import { errorText } from "@/api/problem";
import { queryClient } from "@/api/query-client";
import type { Entity } from "@/api/types";
import { hasUnsent } from "@/data/outbox";
import type { RecordPanelComponent } from "@/data/panel";
import { useRowState } from "@/data/use-session";
import { FieldsProvider } from "@/fields/context";
import { useTypes } from "@/fields/use-types";
import { t } from "@/lib/i18n";
import { phone, useMedia } from "@/lib/use-media";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { checkedRows } from "./checked";
import { GridArea } from "./grid-area";
import { BulkBar, EmptyTable, PhoneTable } from "./lazy";
import { TableHead } from "./parts/table-head";
import { TableSkeleton } from "./parts/table-skeleton";
import { Toolbar } from "./parts/toolbar";
import { ViewTabs } from "./parts/view-tabs";
import css from "./table.module.css";
import { type Table, useTable } from "./use-table";
import { useTableKeys } from "./use-table-keys";

export interface TablePageProps {
  readonly app: string;
  readonly entity: string;
  readonly view: string | undefined;
  readonly record: string | undefined;
  readonly onView: (id: string) => void;
  /** Opens a record's drawer, or closes it with undefined. */
  readonly onRecord: (id: string | undefined) => void;
  readonly onImport: () => void;
  /** What shows one record; the app brings it. */
  readonly panel: RecordPanelComponent;
}

interface LoadedProps extends TablePageProps {
  readonly loaded: Entity;
}

/** Starts loading before the page is there. */
export function preloadTable(entity: string): void {
  void queryClient.prefetchQuery(entityQuery(entity));
}

function Panel(props: LoadedProps & { readonly table: Table }) {
  const { table, record, onRecord, panel: RecordPanel } = props;
  const { session } = table;
  const { count } = useRowState(session);
  if (record === undefined) {
    return null;
  }
  const id = session.idOf(record);
  const index = session.rows.indexOf(id);
  async function handleMove(delta: 1 | -1): Promise<void> {
    const next = Math.max(0, Math.min(count - 1, index + delta));
    await session.rows.load(next, next + 1);
    const found = session.rows.idAt(next);
    if (found !== undefined && found !== id) {
      onRecord(found);
      table.grid.current?.select(next);
    }
  }
  return (
    <RecordPanel
      session={session}
      entity={table.entity}
      id={id}
      index={index}
      count={count}
      onMove={(delta) => void handleMove(delta)}
      onClose={() => {
        onRecord(undefined);
        table.grid.current?.focus();
      }}
      onOpen={onRecord}
    />
  );
}

function Body(props: LoadedProps & { readonly table: Table }) {
  const { table } = props;
  const state = useRowState(table.session);
  if (state.status === "loading") {
    return <TableSkeleton />;
  }
  if (state.status === "failed") {
    return (
      <EmptyState title={errorText(state.error)}>
        <Button kind="primary" size={34} onClick={() => void table.session.rows.refresh()}>
          {t("common.retry")}
        </Button>
      </EmptyState>
    );
  }
  const bare = table.draft.filter === undefined && table.search === "";
  if (state.count === 0 && bare) {
    return (
      <Suspense>
        <EmptyTable table={table} onImport={props.onImport} onRecord={props.onRecord} />
      </Suspense>
    );
  }
  return <GridArea table={table} record={props.record} onRecord={props.onRecord} />;
}

function Bulk({ table }: { readonly table: Table }) {
  const { count } = useSyncExternalStore(checkedRows.subscribe, checkedRows.read);
  return (
    count > 0 && (
      <Suspense>
        <BulkBar table={table} />
      </Suspense>
    )
  );
}

function Desktop(props: LoadedProps & { readonly table: Table }) {
  const { table } = props;
  const { refreshing, status } = useRowState(table.session);
  const [finding, setFinding] = useState(false);
  const keys = useTableKeys(table, { onView: props.onView, onFind: () => setFinding(true) });
  return (
    <main className={css.page} aria-label={table.entity.name}>
      <TableHead table={table} app={props.app} />
      <ViewTabs table={table} onView={props.onView} />
      <Toolbar
        table={table}
        finding={finding}
        onFinding={setFinding}
        onImport={props.onImport}
        onRecord={props.onRecord}
        onKeys={keys.show}
      />
      <div className={css.area} aria-busy={refreshing}>
        {refreshing && status === "ready" && <div className={css.bar} />}
        <Body {...props} />
      </div>
      <Bulk table={table} />
      {keys.list}
    </main>
  );
}

/** The browser asks before it closes a page whose edits have not arrived. */
function useLeaveWarning(): void {
  // Closing the page is outside React.
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => hasUnsent() && event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
}

function LoadedTable(props: LoadedProps) {
  useLeaveWarning();
  const table = useTable(props.loaded, props.view, props.onView);
  const small = useMedia(phone);
  useTitle(props.loaded.name);
  return (
    <FieldsProvider value={table.fields}>
      {small ? (
        <Suspense>
          <PhoneTable
            table={table}
            onView={props.onView}
            onRecord={props.onRecord}
            onImport={props.onImport}
          />
        </Suspense>
      ) : (
        <Desktop {...props} table={table} />
      )}
      <Suspense>
        <Panel {...props} table={table} />
      </Suspense>
    </FieldsProvider>
  );
}

/** The page of one entity: its views, its grid, its records. */
export function TablePage(props: TablePageProps) {
  const { data, error, refetch } = useEntity(props.entity);
  const known = useTypes(data?.fields ?? []);
  if (error && data === undefined) {
    return (
      <main className={css.page}>
        <EmptyState title={errorText(error)}>
          <Button kind="primary" size={34} onClick={() => void refetch()}>
            {t("common.retry")}
          </Button>
        </EmptyState>
      </main>
    );
  }
  return data === undefined || !known ? (
    <main className={css.page}>
      <TableSkeleton head />
    </main>
  ) : (
    <LoadedTable {...props} loaded={data} />
  );
}

import { Ellipsis, ListFilter, Lock, Plus, Search, Table2, X } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { useRowState } from "@/data/use-session";
import { FilterBuilder } from "@/fields/filter/builder";
import "@/fields/more/parts";
import { countConditions } from "@/fields/filter/model";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Drawer } from "@/ui/drawer";
import { EmptyState } from "@/ui/empty-state";
import { IconTile } from "@/ui/icon-tile";
import { SearchInput } from "@/ui/input";
import { Menu } from "@/ui/menu";
import { FieldPopover, RulesPanel, ViewAsks } from "../lazy";
import { exportTable } from "../parts/export";
import { TableSkeleton } from "../parts/table-skeleton";
import { recordName } from "../parts/toolbar";
import type { Table } from "../use-table";
import { CardList } from "./card-list";
import css from "./phone.module.css";

export interface PhoneTableProps {
  readonly table: Table;
  readonly onView: (id: string) => void;
  readonly onRecord: (id: string | undefined) => void;
  readonly onImport: () => void;
}

/** What its menu opens. */
type Asked = "why" | "field" | "rules";

function Find({ table, onClose }: { readonly table: Table; readonly onClose: () => void }) {
  const [text, setText] = useState(table.search);
  const { setSearch } = table;
  // The server is asked when the typing pauses.
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text, setSearch]);
  return (
    <div className={css.find}>
      <SearchInput
        autoFocus
        size={40}
        value={text}
        onChange={setText}
        placeholder={t("table.searchIn", { name: table.entity.name })}
        end={
          <IconButton
            size={24}
            label={t("common.close")}
            onClick={() => {
              setSearch("");
              onClose();
            }}
          >
            <X size={16} />
          </IconButton>
        }
      />
    </div>
  );
}

function FilterSheet({ table, onClose }: { readonly table: Table; readonly onClose: () => void }) {
  const { control, draft, entity } = table;
  const { count } = useRowState(table.session);
  return (
    <Drawer open onClose={onClose} label={t("table.filter")} side="bottom">
      <div className={css.sheet}>
        <h2>{t("table.filter")}</h2>
        <FilterBuilder
          fields={entity.fields}
          name={recordName(table)}
          filter={draft.filter}
          onChange={(filter) => control.change({ filter })}
        />
        <Button kind="primary" size={40} wide onClick={onClose}>
          {t("table.seeRecords", { count })}
        </Button>
      </div>
    </Drawer>
  );
}

function Head({
  table,
  onImport,
  onFind,
  onFilter,
  onAsk,
}: {
  readonly table: Table;
  readonly onImport: () => void;
  readonly onFind: () => void;
  readonly onFilter: () => void;
  readonly onAsk: (asked: Asked) => void;
}) {
  const { entity, draft } = table;
  const filters = draft.filter === undefined ? 0 : countConditions(draft.filter);
  return (
    <header className={css.head}>
      <IconTile icon={entity.icon} color={entity.color} size={28} />
      <h1>{entity.name}</h1>
      <IconButton size={40} label={t("table.search")} onClick={onFind}>
        <Search />
      </IconButton>
      <Button
        size={40}
        icon={<ListFilter />}
        active={filters > 0}
        count={filters}
        aria-label={t("table.filter")}
        onClick={onFilter}
      />
      <Menu
        label={t("common.more")}
        align="end"
        trigger={
          <IconButton size={40} label={t("common.more")}>
            <Ellipsis />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "import",
                label: t("table.importFile"),
                disabled: !entity.can.create,
                onSelect: onImport,
              },
              {
                id: "csv",
                label: t("table.exportCsv"),
                disabled: !entity.can.export,
                onSelect: () => void exportTable(table, "csv"),
              },
              {
                id: "why",
                label: t("table.whySlow"),
                disabled: !table.control.view,
                onSelect: () => onAsk("why"),
              },
              { id: "refresh", label: t("table.refresh"), onSelect: () => void table.session.rows.refresh() },
            ],
          },
          ...(entity.can.design
            ? [
                {
                  items: [
                    { id: "field", label: t("table.newField"), onSelect: () => onAsk("field") },
                    { id: "rules", label: t("table.rules"), onSelect: () => onAsk("rules") },
                  ],
                },
              ]
            : []),
        ]}
      />
    </header>
  );
}

/** A table on a phone: cards instead of a grid. */
export function PhoneTable({ table, onView, onRecord, onImport }: PhoneTableProps) {
  const { entity, control, session } = table;
  const state = useRowState(session);
  const [finding, setFinding] = useState(false);
  const [filtering, setFiltering] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const answered = () => setAsked(undefined);
  return (
    <main className={css.page} style={{ position: "relative" }}>
      <Head
        table={table}
        onImport={onImport}
        onFind={() => setFinding(true)}
        onFilter={() => setFiltering(true)}
        onAsk={setAsked}
      />
      {finding && <Find table={table} onClose={() => setFinding(false)} />}
      {entity.views.length > 1 && (
        <div className={css.chips}>
          {entity.views.map((view) => (
            <button
              key={view.id}
              type="button"
              aria-pressed={view === control.view}
              onClick={() => onView(view.id)}
            >
              {view.private ? <Lock aria-hidden="true" /> : <Table2 aria-hidden="true" />}
              {view.name}
            </button>
          ))}
        </div>
      )}
      {state.status === "loading" && <TableSkeleton />}
      {state.status !== "loading" && state.count === 0 && (
        <EmptyState ghost title={t("table.emptyTitle", { name: recordName(table) })} />
      )}
      {state.count > 0 && <CardList table={table} onRecord={onRecord} />}
      {entity.can.create && (
        <button
          type="button"
          className={css.add}
          aria-label={t("table.newRecord", { name: recordName(table) })}
          onClick={() => onRecord(session.add({}).id)}
        >
          <Plus size={26} aria-hidden="true" />
        </button>
      )}
      {filtering && <FilterSheet table={table} onClose={() => setFiltering(false)} />}
      <Suspense>
        {asked === "why" && control.view && (
          <ViewAsks
            table={table}
            asked={{ kind: "why", view: control.view }}
            onClose={answered}
            onView={onView}
          />
        )}
        {asked === "field" && (
          <FieldPopover
            table={table}
            target={{ anchor: { x: 0, y: 0, width: 0, height: 0 } }}
            onClose={answered}
          />
        )}
        {asked === "rules" && <RulesPanel table={table} onClose={answered} />}
      </Suspense>
    </main>
  );
}

import {
  ChevronDown,
  Clock,
  Copy,
  Lock,
  PanelsTopLeft,
  Pencil,
  Plus,
  Table2,
  Trash2,
  UserRound,
} from "lucide-react";
import { Suspense, useState } from "react";
import type { View } from "@/api/types";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Menu } from "@/ui/menu";
import { Popover } from "@/ui/popover";
import { ViewAsks, ViewList } from "../lazy";
import { draftOf } from "../model/view-model";
import css from "../table.module.css";
import type { Table } from "../use-table";
import type { Asked } from "./view-asks";

function ViewMenu({
  table,
  view,
  onAsk,
}: {
  readonly table: Table;
  readonly view: View;
  readonly onAsk: (asked: Asked) => void;
}) {
  const { control, entity } = table;
  const may = view.private || entity.can.design;
  return (
    <Menu
      label={view.name}
      trigger={
        <IconButton size={24} label={t("table.viewMenu", { name: view.name })} className={css.tabMenu}>
          <ChevronDown size={14} />
        </IconButton>
      }
      groups={[
        {
          items: [
            {
              id: "rename",
              label: t("common.rename"),
              icon: <Pencil />,
              disabled: !may,
              onSelect: () => onAsk({ kind: "rename", view }),
            },
            {
              id: "copy",
              label: t("table.duplicateView"),
              icon: <Copy />,
              onSelect: () =>
                void control.create(
                  {
                    name: t("table.copyOf", { name: view.name }),
                    private: view.private || !entity.can.design,
                  },
                  draftOf(view),
                ),
            },
            {
              id: "why",
              label: t("table.whySlow"),
              icon: <Clock />,
              onSelect: () => onAsk({ kind: "why", view }),
            },
          ],
        },
        {
          items: [
            {
              id: "remove",
              label: t("table.deleteView"),
              icon: <Trash2 />,
              danger: true,
              disabled: !may || entity.views.length < 2,
              onSelect: () => onAsk({ kind: "remove", view }),
            },
          ],
        },
      ]}
    />
  );
}

function Unsaved({ table }: { readonly table: Table }) {
  const { control } = table;
  if (!control.dirty) {
    return null;
  }
  return (
    <div className={css.unsaved}>
      <Button onClick={control.drop}>{t("table.dropChanges")}</Button>
      <Button kind="line" icon={<Lock />} busy={control.saving} onClick={() => void control.saveMine()}>
        {t("table.saveMine")}
      </Button>
      {control.maySave && (
        <Button kind="primary" busy={control.saving} onClick={() => void control.save()}>
          {t("table.saveView")}
        </Button>
      )}
    </div>
  );
}

const mostTabs = 7;

/** The views of the table as tabs; those that do not fit are in a list that can be searched. */
export function ViewTabs({
  table,
  onView,
}: {
  readonly table: Table;
  readonly onView: (id: string) => void;
}) {
  const { control, entity } = table;
  const [asked, setAsked] = useState<Asked>();
  const [listed, setListed] = useState(false);
  const all = entity.views;
  const first = all.slice(0, mostTabs);
  const current = control.view;
  const tabs = current && !first.includes(current) ? [...first.slice(0, mostTabs - 1), current] : first;
  return (
    <div className={css.views}>
      <div className={css.tabs} role="tablist" aria-label={t("table.views")}>
        {tabs.map((view) => (
          <span key={view.id} className={css.tab} data-on={view === current}>
            <button type="button" role="tab" aria-selected={view === current} onClick={() => onView(view.id)}>
              {view.private ? <UserRound aria-hidden="true" /> : <Table2 aria-hidden="true" />}
              {view.name}
              {view.private && <Lock className={css.lock} aria-label={t("table.private")} />}
            </button>
            {view === current && <ViewMenu table={table} view={view} onAsk={setAsked} />}
          </span>
        ))}
        {all.length === 0 && (
          <span className={css.tab} data-on="true">
            <button type="button" role="tab" aria-selected="true">
              <Table2 aria-hidden="true" />
              {t("table.allOf", { name: entity.name })}
            </button>
          </span>
        )}
      </div>
      {all.length > mostTabs && (
        <Popover
          open={listed}
          onOpenChange={setListed}
          label={t("table.views")}
          trigger={
            <IconButton label={t("table.allViews")}>
              <PanelsTopLeft />
            </IconButton>
          }
        >
          <Suspense>
            <ViewList
              table={table}
              onView={(id) => {
                onView(id);
                setListed(false);
              }}
            />
          </Suspense>
        </Popover>
      )}
      <Menu
        label={t("table.newView")}
        trigger={
          <IconButton label={t("table.newView")}>
            <Plus />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "shared",
                label: t("table.newSharedView"),
                icon: <Table2 />,
                disabled: !entity.can.design,
                onSelect: () => setAsked({ kind: "create" }),
              },
              {
                id: "mine",
                label: t("table.newMyView"),
                icon: <Lock />,
                onSelect: () => setAsked({ kind: "mine" }),
              },
            ],
          },
        ]}
      />
      <Unsaved table={table} />
      {asked && (
        <Suspense>
          <ViewAsks table={table} asked={asked} onClose={() => setAsked(undefined)} onView={onView} />
        </Suspense>
      )}
    </div>
  );
}

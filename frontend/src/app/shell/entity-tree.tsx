import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Ellipsis, Pencil, Plus, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useUpdateEntity } from "@/api/apps";
import type { App, EntityInfo } from "@/api/types";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { NamedIcon } from "@/ui/icon-tile";
import { Menu } from "@/ui/menu";
import css from "./sidebar.module.css";

const NewEntity = lazy(async () => ({ default: (await import("./entity-dialogs")).NewEntity }));
const EditEntity = lazy(async () => ({ default: (await import("./entity-dialogs")).EditEntity }));
const DeleteEntity = lazy(async () => ({ default: (await import("./entity-dialogs")).DeleteEntity }));

interface RowProps {
  readonly app: App;
  readonly entity: EntityInfo;
  readonly index: number;
  readonly all: readonly EntityInfo[];
  readonly onMove: (from: number, to: number) => void;
}

function EntityMenu({ app, entity, index, all, onMove }: RowProps) {
  const [asking, setAsking] = useState<"edit" | "delete">();
  const { entity: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const close = () => setAsking(undefined);
  return (
    <>
      <Menu
        trigger={
          <IconButton size={24} className={css.more} label={t("shell.appMenu", { name: entity.name })}>
            <Ellipsis size={15} />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "edit",
                label: t("entity.editTitle"),
                icon: <Pencil />,
                onSelect: () => setAsking("edit"),
              },
            ],
          },
          {
            items: [
              {
                id: "up",
                label: t("common.moveUp"),
                icon: <ArrowUp />,
                disabled: index === 0,
                onSelect: () => onMove(index, index - 1),
              },
              {
                id: "down",
                label: t("common.moveDown"),
                icon: <ArrowDown />,
                disabled: index === all.length - 1,
                onSelect: () => onMove(index, index + 1),
              },
            ],
          },
          {
            items: [
              {
                id: "delete",
                label: t("entity.delete"),
                icon: <Trash2 />,
                danger: true,
                onSelect: () => setAsking("delete"),
              },
            ],
          },
        ]}
      />
      <Suspense>
        {asking === "edit" && <EditEntity entity={entity} onClose={close} />}
        {asking === "delete" && (
          <DeleteEntity
            entity={entity}
            onClose={close}
            onDone={() => open === entity.id && void navigate({ to: "/app/$app", params: { app: app.id } })}
          />
        )}
      </Suspense>
    </>
  );
}

/** Gives each table whose place changed its new order. */
function useReorder(all: readonly EntityInfo[]) {
  const update = useUpdateEntity();
  return (from: number, to: number) => {
    const next = [...all];
    const [moved] = next.splice(from, 1);
    if (!moved) {
      return;
    }
    next.splice(to, 0, moved);
    next.forEach((entity, order) => {
      if (entity.order !== order) {
        update.mutate({ id: entity.id, order });
      }
    });
  };
}

/** The tables of the open app. */
export function EntityTree({ app }: { readonly app: App }) {
  const [adding, setAdding] = useState(false);
  const entities = [...(app.entities ?? [])].sort((a, b) => a.order - b.order);
  const reorder = useReorder(entities);
  return (
    <div className={css.tree}>
      {entities.map((entity, index) => (
        <div key={entity.id} className={css.row}>
          <Link
            to="/app/$app/table/$entity"
            params={{ app: app.id, entity: entity.id }}
            activeOptions={{ includeSearch: false }}
            className={css.nav}
            title={entity.name}
          >
            <NamedIcon icon={entity.icon} />
            <span>{entity.name}</span>
          </Link>
          {app.can.design && (
            <EntityMenu app={app} entity={entity} index={index} all={entities} onMove={reorder} />
          )}
        </div>
      ))}
      {app.can.design && (
        <button type="button" className={cx(css.nav, css.add)} onClick={() => setAdding(true)}>
          <Plus size={16} strokeWidth={1.75} aria-hidden="true" />
          <span>{t("shell.newTable")}</span>
        </button>
      )}
      {adding && (
        <Suspense>
          <NewEntity app={app} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </div>
  );
}

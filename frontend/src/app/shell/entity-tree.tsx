import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Ellipsis, Pencil, Plus, Trash2 } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useOrderEntities } from "@/api/apps";
import { useCounts } from "@/api/counts";
import { errorText } from "@/api/problem";
import type { App, EntityInfo } from "@/api/types";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { moved } from "@/lib/moved";
import { IconButton } from "@/ui/button";
import { NamedIcon } from "@/ui/icon-tile";
import { Menu } from "@/ui/menu";
import { toast } from "@/ui/toast-store";
import css from "./sidebar.module.css";
import { useDragOrder } from "./use-drag-order";

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

/** How many tables of an app are counted. */
const countLimit = 30;

/** Moves a table; the page shows it at once. */
function useReorder(app: App, all: readonly EntityInfo[]) {
  const order = useOrderEntities(app.id);
  return (from: number, to: number) => {
    if (from !== to && to >= 0 && to < all.length) {
      order.mutate(moved(all, from, to), {
        onError: (error) => toast({ kind: "bad", text: errorText(error) }),
      });
    }
  };
}

/** The tables of the open app. */
export function EntityTree({ app }: { readonly app: App }) {
  const [adding, setAdding] = useState(false);
  const entities = [...(app.entities ?? [])].sort((a, b) => a.order - b.order);
  const reorder = useReorder(app, entities);
  const row = useDragOrder(app.can.design, reorder);
  const counts = useCounts(entities.slice(0, countLimit).map(({ id }) => id));
  const tree = useRef<HTMLDivElement>(null);
  const { entity: open } = useParams({ strict: false });
  // Where a list is scrolled to is outside React.
  useEffect(() => {
    if (open) {
      tree.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" });
    }
  }, [open]);
  return (
    <div className={css.tree} ref={tree}>
      {entities.map((entity, index) => (
        <div key={entity.id} className={css.row} {...row(index)}>
          <Link
            to="/app/$app/table/$entity"
            params={{ app: app.id, entity: entity.id }}
            activeOptions={{ includeSearch: false }}
            className={css.nav}
            title={entity.name}
            draggable={app.can.design ? false : undefined}
            aria-keyshortcuts={app.can.design ? "Alt+ArrowUp Alt+ArrowDown" : undefined}
          >
            <NamedIcon icon={entity.icon} />
            <span>{entity.name}</span>
          </Link>
          {counts[entity.id] !== undefined && (
            <em className={css.count} aria-hidden="true">
              {counts[entity.id]}
            </em>
          )}
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

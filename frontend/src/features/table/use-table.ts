import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useApps, useMe } from "@/api/meta";
import { useMembers } from "@/api/people";
import { ApiError, errorText } from "@/api/problem";
import type { Entity } from "@/api/types";
import type { ViewQuery } from "@/data/layout";
import type { RemoteChange } from "@/data/record-cache";
import type { TableSession } from "@/data/table-session";
import { useLiveSchema, useTableSession } from "@/data/use-session";
import type { FieldsContext } from "@/fields/context";
import { typeOf } from "@/fields/registry";
import type { GridApi } from "@/grid/types";
import { t } from "@/lib/i18n";
import { toast } from "@/ui/toast-store";
import { groupPlan } from "./model/group-plan";
import { useSummaries } from "./model/use-summaries";
import { requiredKeys, sensitiveKeys, shownFields } from "./model/view-model";
import { useViewDraft } from "./use-view";

/** What the view asks the server for. */
function queryOf(entity: Entity, draft: ReturnType<typeof useViewDraft>["draft"], search: string): ViewQuery {
  const [first] = draft.group;
  const group = first && groupPlan(first, shownFields(entity, draft));
  const known = new Set(entity.fields.map((field) => field.id));
  return {
    filter: draft.filter,
    sort: draft.sort.filter((one) => known.has(one.field)),
    ...(search && { search }),
    ...(group && { group }),
  };
}

/** Why the server refused a value, with the name of its field. */
function refusalText(entity: Entity, error: unknown): string {
  const key = error instanceof ApiError ? error.field?.split(".").at(-1) : undefined;
  const name = entity.fields.find((field) => field.key === key)?.name;
  return name ? t("table.refused", { name, reason: errorText(error) }) : errorText(error);
}

function conflictToast(session: TableSession, entity: Entity, change: RemoteChange, name: string): void {
  const key = change.conflicts[0] ?? "";
  const field = entity.fields.find((one) => one.key === key);
  const value = session.rows.entry(change.id)?.record.fields[key];
  if (field !== undefined) {
    toast({
      text: t("table.conflict", {
        name,
        field: field.name,
        value: typeOf(field).format(field, value) || "–",
      }),
      action: { label: t("table.takeTheirs"), onAct: () => session.set(change.id, key, value ?? null) },
    });
  }
}

/** Undo or redo with a word if there was nothing, or the server refused. */
export async function runUndo(session: TableSession, redo: boolean): Promise<void> {
  try {
    await (redo ? session.undo.redo() : session.undo.undo());
  } catch (error) {
    toast({ kind: "bad", text: errorText(error) });
  }
}

/** Tells people what happens to their edits. */
function useSessionEvents(session: TableSession, entity: Entity, grid: { current: GridApi | null }) {
  const [tick, setTick] = useState(0);
  const latest = useRef(entity);
  latest.current = entity;
  // The session lives outside React and calls back.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    session.events = {
      onFlash: (cells, kind) => grid.current?.flash(cells, kind),
      onRefused: (error) => toast({ kind: "bad", text: refusalText(latest.current, error) }),
      onConflict: (change, by) => conflictToast(session, latest.current, change, by.name),
      onSkipped: (count) => {
        if (count > 0) {
          toast({ text: t("table.undoSkipped", { count }) });
        }
      },
      onDeleted: (count) =>
        toast({
          text: t("table.deleted", { count }),
          action: { label: t("common.undo"), onAct: () => void runUndo(session, false) },
        }),
      onFigures: () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          setTick((old) => old + 1);
          void session.rows.refreshFigures().catch(() => undefined);
        }, 500);
      },
    };
    return () => {
      clearTimeout(timer);
      session.events = {};
    };
  }, [session, grid]);
  return tick;
}

/** Goes to a record of another table. */
function useOpenRecord() {
  const navigate = useNavigate();
  const { data: apps } = useApps();
  return useCallback(
    (entity: string, id: string) => {
      const app = apps?.find((one) => one.entities?.some((its) => its.id === entity));
      if (app !== undefined) {
        void navigate({
          to: "/app/$app/table/$entity",
          params: { app: app.id, entity },
          search: { rec: id },
        });
      }
    },
    [apps, navigate],
  );
}

/** All that a table's page works with. */
export function useTable(entity: Entity, viewId: string | undefined, onView: (id: string) => void) {
  const { data: me } = useMe();
  const { data: members = [] } = useMembers();
  const grid = useRef<GridApi | null>(null);
  const control = useViewDraft(entity, viewId, onView);
  const [search, setSearch] = useState("");
  const session = useTableSession(entity.id, me?.user.id ?? "");
  useLiveSchema(entity.id);
  const tick = useSessionEvents(session, entity, grid);
  const { draft } = control;
  const query = queryOf(entity, draft, search);
  const asked = JSON.stringify([
    requiredKeys(entity),
    query.filter ?? null,
    query.sort,
    search,
    draft.group,
    query.group?.metrics,
  ]);

  const first = useRef(asked);
  // Another question to the store.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says whether the question is another
  useEffect(() => {
    void session.show(query, sensitiveKeys(entity, draft, search), requiredKeys(entity));
    if (first.current !== asked) {
      grid.current?.scrollTo(0);
    }
    first.current = asked;
  }, [session, asked]);

  const open = useOpenRecord();
  const fields = useMemo<FieldsContext>(
    () => ({
      members,
      me: me?.user.id ?? "",
      timeZone: me?.tenant.timeZone ?? "UTC",
      weekStart: me?.tenant.weekStart ?? 1,
      mayAddChoices: entity.can.design,
      onOpenRecord: open,
    }),
    [members, me, entity.can.design, open],
  );
  const shown = shownFields(entity, draft);
  const summaries = useSummaries({ entity: entity.id, filter: draft.filter, search, fields: shown, tick });
  return { me, session, control, draft, search, setSearch, fields, shown, summaries, grid, entity };
}

export type Table = ReturnType<typeof useTable>;

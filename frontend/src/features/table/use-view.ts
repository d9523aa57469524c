import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/meta";
import { errorText } from "@/api/problem";
import type { Entity, View } from "@/api/types";
import { t } from "@/lib/i18n";
import { toast } from "@/ui/toast-store";
import { draftOf, isDirty, type ViewDraft, viewInput } from "./model/view-model";

/** Unsaved changes outlive a change of view or page, not a reload. */
const drafts = new Map<string, ViewDraft>();
const watchers = new Set<() => void>();

function setDraft(id: string, draft: ViewDraft | undefined): void {
  if (draft === undefined) {
    drafts.delete(id);
  } else {
    drafts.set(id, draft);
  }
  for (const watch of [...watchers]) {
    watch();
  }
}

const watch = (listener: () => void) => {
  watchers.add(listener);
  return () => watchers.delete(listener);
};

/** The view in force with its unsaved changes, and how to save or drop them. */
export function useViewDraft(entity: Entity, viewId: string | undefined, onView: (id: string) => void) {
  const client = useQueryClient();
  const view = entity.views.find((one) => one.id === viewId) ?? entity.views[0];
  const name = view?.id ?? entity.id;
  const stored = useSyncExternalStore(watch, () => drafts.get(name));
  const [saving, setSaving] = useState(false);
  const draft = stored ?? draftOf(view);
  const reload = () => client.invalidateQueries({ queryKey: keys.entity(entity.id) });

  async function act(work: () => Promise<unknown>): Promise<void> {
    setSaving(true);
    try {
      await work();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    } finally {
      setSaving(false);
    }
  }

  const create = async (input: Partial<View> & { name: string }, from: ViewDraft | undefined) => {
    const made = await api.post<View>(`/entities/${entity.id}/views`, {
      type: "grid",
      ...(from && { ...viewInput(from, undefined), filter: from.filter }),
      ...input,
    });
    await reload();
    onView(made.id);
  };

  return {
    view,
    draft,
    saving,
    dirty: stored !== undefined && isDirty(draft, view),
    maySave: view === undefined ? entity.can.design : view.private || entity.can.design,
    change: (next: Partial<ViewDraft>) => setDraft(name, { ...draft, ...next }),
    drop: () => setDraft(name, undefined),
    save: () =>
      act(async () => {
        if (view === undefined) {
          await create({ name: t("table.allOf", { name: entity.name }) }, draft);
        } else {
          await api.patch(`/views/${view.id}`, viewInput(draft, view));
          await reload();
        }
        setDraft(name, undefined);
        toast({ kind: "good", text: t("table.viewSaved") });
      }),
    saveMine: () =>
      act(async () => {
        const title = t("table.myCopy", { name: view?.name ?? entity.name });
        await create({ name: title, private: true }, draft);
        setDraft(name, undefined);
      }),
    create: (input: Partial<View> & { name: string }, from?: ViewDraft) => act(() => create(input, from)),
    rename: (id: string, title: string) =>
      act(async () => {
        await api.patch(`/views/${id}`, { name: title });
        await reload();
      }),
    remove: (id: string) =>
      act(async () => {
        await api.delete(`/views/${id}`);
        await reload();
      }),
  };
}

export type ViewControl = ReturnType<typeof useViewDraft>;

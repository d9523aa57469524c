import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { errorText } from "@/api/problem";
import { live } from "@/data/live";
import { recordApi } from "@/data/wire";
import { toast } from "@/ui/toast-store";

/** The comments of a record, read again when somebody writes one. */
export function useComments(entity: string, id: string, enabled: boolean) {
  const client = useQueryClient();
  const queryKey = ["records", "comments", id];
  const { data = [], isPending } = useQuery({
    queryKey,
    queryFn: () => recordApi.comments(entity, id),
    enabled,
  });
  // The record's room tells of new comments.
  useEffect(() => {
    if (!enabled) {
      return;
    }
    return live.join(`record:${id}@${entity}`, {
      onEvents: (events) => {
        if (events.some((event) => event.kind === "comments")) {
          void client.invalidateQueries({ queryKey: ["records", "comments", id] });
        }
      },
      onReset: () => void client.invalidateQueries({ queryKey: ["records", "comments", id] }),
    });
  }, [client, entity, id, enabled]);

  async function run(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      await client.invalidateQueries({ queryKey });
      return true;
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
      return false;
    }
  }

  const list = [...data].sort((a, b) => a.at.localeCompare(b.at));
  return {
    list,
    loading: enabled && isPending,
    send: (text: string) => run(() => recordApi.comment(entity, id, text)),
    remove: (comment: string) => run(() => recordApi.removeComment(entity, id, comment)),
  };
}

export type CommentControl = ReturnType<typeof useComments>;

/** The store seen from React. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { live } from "./live";
import type { RecordEntry } from "./record-cache";
import { TableSession } from "./table-session";

/** One session for as long as the component shows this entity. */
export function useTableSession(entity: string, me: string): TableSession {
  const session = useMemo(() => new TableSession(entity, me), [entity, me]);
  // The room of the entity, on the socket.
  useEffect(() => session.open(), [session]);
  return session;
}

export const useSessionState = (session: TableSession) =>
  useSyncExternalStore(session.subscribe, session.read);
export const useRowState = (session: TableSession) =>
  useSyncExternalStore(session.rows.onState, session.rows.readState);
export const useUndoState = (session: TableSession) =>
  useSyncExternalStore(session.undo.subscribe, session.undo.read);

export function useEntry(session: TableSession, id: string | undefined): RecordEntry | undefined {
  return useSyncExternalStore(session.rows.subscribe, () =>
    id === undefined ? undefined : session.rows.entry(session.idOf(id)),
  );
}

/** Metadata is read again when somebody changes it. */
export function useLiveSchema(entity: string): void {
  const client = useQueryClient();
  // The socket says when metadata changed.
  useEffect(
    () =>
      live.onSchema((kind) => {
        const people = kind === "member" || kind === "role" || kind === "department" || kind === "tenant";
        const stale = people ? [["me"], ["members"], ["roles"]] : [["apps"]];
        for (const queryKey of [...stale, ["entities", entity]]) {
          void client.invalidateQueries({ queryKey });
        }
      }),
    [client, entity],
  );
}

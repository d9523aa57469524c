/** The tables and records opened last on this device, for the home page. */
import { useStored } from "./use-stored";

export interface Recent {
  readonly app: string;
  readonly entity: string;
  /** A record of the table; without one the table itself was opened. */
  readonly rec?: string;
  readonly at: number;
}

const limit = 12;

export function parseRecent(text: string): readonly Recent[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list)
      ? list.filter((one) => typeof one?.entity === "string" && typeof one.app === "string")
      : [];
  } catch {
    return [];
  }
}

/** The list with one more visit, newest first, each table and each record once. */
export function withVisit(list: readonly Recent[], visit: Recent): readonly Recent[] {
  return [visit, ...list.filter((one) => one.entity !== visit.entity || one.rec !== visit.rec)].slice(
    0,
    limit,
  );
}

export function useRecent(tenant: string) {
  const [text, set] = useStored(`recent.${tenant}`, "[]");
  const list = parseRecent(text);
  return { list, visit: (visit: Recent) => set(JSON.stringify(withVisit(list, visit))) };
}

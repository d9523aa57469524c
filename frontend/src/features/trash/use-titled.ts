import { useQueries } from "@tanstack/react-query";
import { entityQuery } from "@/api/meta";
import type { Trashed } from "@/api/trash";
import type { Entity } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";

export interface Titled extends Trashed {
  /** What the record is called. */
  readonly title: string;
  /** A few of its other values. */
  readonly more: string;
}

function texts(entity: Entity | undefined, { record }: Trashed): readonly string[] {
  const fields = entity?.fields ?? [];
  const title = fields.find(({ id }) => id === entity?.title);
  return [title, ...fields.filter((field) => field !== title && field.type !== "attachment")].map((field) => {
    const value = field && record.fields[field.key];
    return field && value !== undefined && value !== null ? typeOf(field).format(field, value) : "";
  });
}

/** Names trashed records by the title fields of their tables. */
export function useTitled(items: readonly Trashed[]): readonly Titled[] {
  const ids = [...new Set(items.map((item) => item.entity))];
  const found = useQueries({ queries: ids.map((id) => entityQuery(id)) });
  const entities = new Map(ids.map((id, index) => [id, found[index]?.data] as const));
  return items.map((item) => {
    const [title = "", ...rest] = texts(entities.get(item.entity), item);
    return {
      ...item,
      title: title || t("trash.unnamed"),
      more: rest.filter(Boolean).slice(0, 3).join(" · "),
    };
  });
}

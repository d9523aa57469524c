import { useQueryClient } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useEffect } from "react";
import { keys } from "@/api/meta";
import type { Field } from "@/api/types";
import { t } from "@/lib/i18n";
import css from "../table.module.css";
import type { Table } from "../use-table";

/** How far it is, where the server tells. */
function share({ updating }: Field): string {
  const { done, total } = (typeof updating === "object" ? updating : {}) as { done?: number; total?: number };
  return done !== undefined && total ? ` ${Math.floor((100 * done) / total)}%` : "";
}

/** Which computed fields are being brought up to date; asks again until none is. */
export function Updating({ table, fields }: { readonly table: Table; readonly fields: readonly Field[] }) {
  const client = useQueryClient();
  const { entity, session } = table;
  // The server works in the background; the page looks at it now and then.
  useEffect(() => {
    const timer = setInterval(
      () => void client.invalidateQueries({ queryKey: keys.entity(entity.id) }),
      2000,
    );
    return () => {
      clearInterval(timer);
      void session.rows.refresh();
    };
  }, [client, entity.id, session]);
  const [first] = fields;
  return (
    <span className={css.progress} role="status">
      <LoaderCircle size={13} aria-hidden="true" />
      {fields.length === 1 && first
        ? t("fset.updating", { name: first.name }) + share(first)
        : t("fset.updatingMany", { count: fields.length })}
    </span>
  );
}

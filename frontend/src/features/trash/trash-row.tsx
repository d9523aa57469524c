import { RotateCcw } from "lucide-react";
import type { EntityInfo } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatAgo, formatTime } from "@/lib/i18n/format";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { NamedIcon } from "@/ui/icon-tile";
import { Checkbox } from "@/ui/toggles";
import css from "./trash.module.css";
import type { Titled } from "./use-titled";

export interface TrashRowProps {
  readonly row: Titled;
  /** Named where records of several tables stand together. */
  readonly table: EntityInfo | undefined;
  readonly ticked: boolean;
  readonly busy: boolean;
  readonly onTick: (on: boolean) => void;
  readonly onRestore: () => void;
}

export function TrashRow({ row, table, ticked, busy, onTick, onRestore }: TrashRowProps) {
  const { record, title, more } = row;
  const by = record.updatedBy;
  return (
    <li className={css.row} data-ticked={ticked}>
      <Checkbox checked={ticked} aria-label={t("trash.select", { name: title })} onChange={onTick} />
      <span className={css.record}>
        <b>{title}</b>
        <small>{more}</small>
      </span>
      <span className={css.table}>
        {table && (
          <>
            <NamedIcon icon={table.icon} size={15} />
            <span>{table.name}</span>
          </>
        )}
      </span>
      <span className={css.when} title={formatTime(record.updatedAt)}>
        {by && <Avatar id={by.id} name={by.name} size={20} />}
        <span>{[by?.name, formatAgo(record.updatedAt, Date.now())].filter(Boolean).join(" · ")}</span>
      </span>
      <Button kind="line" icon={<RotateCcw />} disabled={busy} onClick={onRestore}>
        {t("trash.restore")}
      </Button>
    </li>
  );
}

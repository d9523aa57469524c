import { Link } from "@tanstack/react-router";
import { Download, LayoutTemplate, Plus } from "lucide-react";
import { type ClipboardEvent, useRef } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { toast } from "@/ui/toast-store";
import { clipboardRecords } from "../model/paste-new";
import css from "../table.module.css";
import type { Table } from "../use-table";
import { recordName } from "./toolbar";

export interface EmptyTableProps {
  readonly table: Table;
  readonly onImport: () => void;
  readonly onRecord: (id: string | undefined) => void;
}

/** A table without records: paste, import, or write the first one. */
export function EmptyTable({ table, onImport, onRecord }: EmptyTableProps) {
  const { entity, session } = table;
  const box = useRef<HTMLDivElement>(null);
  const name = recordName(table);

  function handlePaste(event: ClipboardEvent): void {
    const text = event.clipboardData.getData("text/plain");
    if (!entity.can.create || text.trim() === "") {
      return;
    }
    event.preventDefault();
    const { records, refused } = clipboardRecords(text, table.shown, table.fields);
    if (records.length > 0) {
      session.edit({ origin: "paste", edits: [], added: records, refused: [] });
    }
    if (refused > 0) {
      toast({ kind: "bad", text: t("table.pasteRefused", { count: refused }) });
    }
  }

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the focus so that Ctrl+V works
    <div ref={box} tabIndex={0} onPaste={handlePaste} style={{ display: "contents" }}>
      <EmptyState
        ghost
        title={t("table.emptyTitle", { name })}
        text={entity.can.create ? t("table.emptyText") : t("table.emptyReadOnly")}
      >
        {entity.can.create && (
          <div className={css.paste}>
            <Button
              kind="primary"
              size={34}
              icon={<Plus />}
              autoFocus
              onClick={() => onRecord(session.add({}).id)}
            >
              {t("table.newRecord", { name })}
            </Button>
            <Button kind="line" size={34} icon={<Download />} onClick={onImport}>
              {t("table.importFile")}
            </Button>
            {entity.can.design && (
              <Link to="/templates">
                <Button size={34} icon={<LayoutTemplate />} tabIndex={-1}>
                  {t("table.useTemplate")}
                </Button>
              </Link>
            )}
          </div>
        )}
      </EmptyState>
    </div>
  );
}

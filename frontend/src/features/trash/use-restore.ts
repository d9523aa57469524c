import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "@/api/problem";
import { restoreRecord } from "@/api/trash";
import { t } from "@/lib/i18n";
import { toast } from "@/ui/toast-store";
import type { Titled } from "./use-titled";

/** Takes records out of the trash, one after the other; stops at the first that cannot. */
export function useRestore() {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  async function handleRestore(rows: readonly Titled[]): Promise<void> {
    setBusy(true);
    try {
      for (const { entity, record } of rows) {
        await restoreRecord(entity, record.id);
      }
      const [first] = rows;
      const text =
        rows.length === 1 && first
          ? t("trash.restored", { name: first.title })
          : t("trash.restoredSome", { count: rows.length });
      toast({ kind: "good", text });
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    } finally {
      await client.invalidateQueries({ queryKey: ["trash"] });
      setBusy(false);
    }
  }
  return { busy, handleRestore };
}

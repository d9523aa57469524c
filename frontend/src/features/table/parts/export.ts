import { api } from "@/api/client";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { closeToast, toast } from "@/ui/toast-store";
import type { Table } from "../use-table";

interface ExportJob {
  readonly id: string;
  readonly state: string;
  readonly fileUrl?: string;
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function finished(job: ExportJob): Promise<ExportJob> {
  let now = job;
  for (let tries = 0; tries < 600 && (now.state === "queued" || now.state === "running"); tries++) {
    await pause(Math.min(2000, 200 + tries * 100));
    now = await api.get<ExportJob>(`/exports/${job.id}`);
  }
  return now;
}

function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

/** Makes a file of what the view shows and hands it to the browser. */
export async function exportTable(table: Table, format: "csv" | "xlsx"): Promise<void> {
  const { draft, control, entity } = table;
  const wait = toast({ text: t("table.exporting"), ms: 600_000 });
  try {
    const job = await api.post<ExportJob>(`/entities/${entity.id}/exports`, {
      format,
      ...(control.view && !control.dirty && { view: control.view.id }),
      ...(draft.filter !== undefined && control.dirty && { filter: draft.filter }),
      fields: table.shown.map(({ field }) => field.key),
      ...(table.search && { search: table.search }),
    });
    const { state, fileUrl } = await finished(job);
    closeToast(wait);
    if (state === "done" && fileUrl) {
      download(fileUrl);
      toast({ kind: "good", text: t("table.exported") });
    } else {
      toast({ kind: "bad", text: t("table.exportFailed") });
    }
  } catch (error) {
    closeToast(wait);
    toast({ kind: "bad", text: errorText(error) });
  }
}

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { type Job, readErrorFile } from "@/api/imports";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { Button } from "@/ui/button";
import button from "@/ui/button.module.css";
import { type RefusedRow, refusedRows } from "../model/error-file";
import { FailedTable } from "./failed-table";
import css from "./job.module.css";

const page = 200;

/** All refused rows as the error file has them; the job itself tells the first ones. */
function useRefused(job: Job): { readonly rows: readonly RefusedRow[]; readonly cut: boolean } {
  const { data } = useQuery({
    queryKey: ["imports", job.id, "refused"],
    enabled: job.errorFileUrl !== undefined,
    queryFn: async ({ signal }) => {
      const { text, cut } = await readErrorFile(job.errorFileUrl ?? "", signal);
      const rows = refusedRows(text);
      return { rows: cut ? rows.slice(0, -1) : rows, cut };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const first = (job.errors ?? []).map(({ line, column = "", detail }) => ({
    line,
    column,
    reason: detail,
    value: undefined,
  }));
  first.sort((a, b) => a.line - b.line);
  return data ?? { rows: first, cut: job.failed > first.length };
}

function byColumn(rows: readonly RefusedRow[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { column } of rows) {
    counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8);
}

interface ChipProps {
  readonly name: string;
  readonly count: number;
  readonly on: boolean;
  readonly onPick: () => void;
}

function Chip({ name, count, on, onPick }: ChipProps) {
  return (
    <button type="button" className={css.chip} aria-pressed={on} onClick={onPick}>
      {name}
      <em>{formatNumber(count)}</em>
    </button>
  );
}

/** The rows that did not go in, and why. */
export function FailedRows({ job }: { readonly job: Job }) {
  const { rows, cut } = useRefused(job);
  const [column, setColumn] = useState<string>();
  const [shown, setShown] = useState(page);
  const chips = byColumn(rows);
  const found = column === undefined ? rows : rows.filter((row) => row.column === column);
  const rest = found.length - shown;
  return (
    <div className={css.failed}>
      <div className={css.failedHead}>
        <h3>{t("import.failedRows")}</h3>
        {chips.length > 1 && (
          <Chip
            name={t("common.all")}
            count={job.failed}
            on={column === undefined}
            onPick={() => setColumn(undefined)}
          />
        )}
        {chips.length > 1 &&
          chips.map(([name, count]) => (
            <Chip key={name} name={name} count={count} on={name === column} onPick={() => setColumn(name)} />
          ))}
        {job.errorFileUrl && (
          <a
            className={cx(button.btn, button.s30, button.line, css.download)}
            href={`${job.errorFileUrl}?download=1`}
            title={t("import.downloadHint")}
            download
          >
            <Download size={16} aria-hidden="true" />
            {t("import.download")}
          </a>
        )}
      </div>
      <div className={css.tableFrame}>
        <FailedTable rows={found.slice(0, shown)} values={rows.some((row) => row.value !== undefined)} />
      </div>
      {rest > 0 && (
        <Button kind="line" className={css.moreRows} onClick={() => setShown(shown + page)}>
          {t("import.moreRows", { count: Math.min(rest, page) })}
        </Button>
      )}
      {cut && <p className={css.said}>{t("import.cutRows", { count: formatNumber(rows.length) })}</p>}
    </div>
  );
}

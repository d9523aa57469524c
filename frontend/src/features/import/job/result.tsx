import { ArrowRight, Ban, Check, FileUp, TriangleAlert, Undo2 } from "lucide-react";
import { useState } from "react";
import { importQuery, type Job, type JobState, undoImport } from "@/api/imports";
import { keys } from "@/api/meta";
import { errorText } from "@/api/problem";
import { queryClient } from "@/api/query-client";
import type { Entity } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { toast } from "@/ui/toast-store";
import { durationText } from "../model/words";
import { FailedRows } from "./failed-rows";
import css from "./job.module.css";

export interface ResultProps {
  readonly job: Job;
  readonly entity: Entity;
  readonly onOpen: () => void;
  readonly onAgain: () => void;
}

const icons: Partial<Record<JobState, typeof Check>> = {
  failed: TriangleAlert,
  cancelled: Ban,
  undone: Undo2,
};

function headline({ state, created, updated, failed: bad }: Job): string {
  const [count, failed] = [formatNumber(created + updated), formatNumber(bad)];
  const texts: Partial<Record<JobState, string>> = {
    failed: t("import.failedTitle"),
    cancelled: t("import.cancelledTitle", { count }),
    undone: t("import.undoneTitle"),
  };
  const done = bad > 0 ? t("import.doneFailed", { count, failed }) : undefined;
  const nothing = created + updated === 0 && bad > 0 ? t("import.noneTitle", { failed }) : undefined;
  return texts[state] ?? nothing ?? done ?? t("import.doneTitle", { count });
}

function subline({ job, entity }: ResultProps): string {
  const parts = [t("import.doneText", { file: job.fileName ?? "", table: entity.name })];
  const start = job.startedAt === null ? Number.NaN : Date.parse(job.startedAt);
  const seconds = job.finishedAt === null ? Number.NaN : (Date.parse(job.finishedAt) - start) / 1000;
  if (job.state === "done" && seconds >= 0) {
    parts.push(t("import.took", { time: durationText(Math.max(1, seconds)) }));
    if (seconds >= 1) {
      parts.push(t("import.average", { count: formatNumber(Math.round(job.done / seconds)) }));
    }
  }
  const row = job.resumedAt?.at(-1);
  return (
    parts.join(" · ") + (row === undefined ? "" : ` · ${t("import.resumed", { row: formatNumber(row) })}`)
  );
}

function Messages({ job }: { readonly job: Job }) {
  const kept = job.created + job.updated;
  return (
    <>
      {job.error && (
        <p role="alert" className={css.fault}>
          {job.error.detail}
          {kept > 0 && ` ${t("import.failedKept", { count: formatNumber(kept) })}`}
        </p>
      )}
      {job.state === "undone" && <p className={css.said}>{t("import.undoneText")}</p>}
      {job.notes && job.notes.length > 0 && (
        <ul className={css.said}>
          {[...new Set(job.notes.map((note) => note.detail))].map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface TileProps {
  readonly label: string;
  readonly count: number;
  readonly unit: string;
  readonly color?: string;
  readonly bad?: boolean;
}

function Tile({ label, count, unit, color, bad }: TileProps) {
  return (
    <div>
      <dt>
        {color && <i style={{ background: color }} />}
        {label}
      </dt>
      <dd>
        <b data-bad={bad}>{formatNumber(count)}</b>
        <small>{unit}</small>
      </dd>
    </div>
  );
}

function Tiles({ job }: { readonly job: Job }) {
  const records = t("import.records");
  return (
    <dl className={css.tiles}>
      <Tile label={t("import.created")} count={job.created} unit={records} color="var(--accent)" />
      <Tile
        label={t("import.updated")}
        count={job.updated}
        unit={job.updated > 0 ? t("import.keptValues") : records}
        color="var(--opt-teal)"
      />
      <Tile
        label={t("import.failed")}
        count={job.failed}
        unit={t("import.rows")}
        color="var(--opt-red)"
        bad={job.failed > 0}
      />
      <Tile label={t("import.total")} count={job.total} unit={t("import.rows")} />
    </dl>
  );
}

function AskUndo({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  async function handleUndo(): Promise<void> {
    try {
      queryClient.setQueryData(importQuery(job.id).queryKey, await undoImport(job.id));
      await queryClient.invalidateQueries({ queryKey: importQuery(job.id).queryKey });
      await queryClient.invalidateQueries({ queryKey: keys.entity(job.entity) });
      onClose();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <Confirm
      danger
      title={t("import.undoTitle")}
      text={t("import.undoText", {
        created: formatNumber(job.created),
        updated: formatNumber(job.updated),
      })}
      act={t("import.undoAll")}
      onAct={handleUndo}
      onClose={onClose}
    />
  );
}

/** What came of an import: figures, the refused rows, and the way back. */
export function Result(props: ResultProps) {
  const { job, onOpen, onAgain } = props;
  const [asking, setAsking] = useState(false);
  const count = job.created + job.updated;
  const undoable = count > 0 && job.state !== "undone";
  const Icon = icons[job.state] ?? (count === 0 && job.failed > 0 ? TriangleAlert : Check);
  return (
    <div className={css.scroll}>
      <section className={css.result}>
        <div className={css.hero}>
          <span className={css.heroIcon} data-state={Icon === TriangleAlert ? "failed" : job.state}>
            <Icon size={24} strokeWidth={2.25} aria-hidden="true" />
          </span>
          <div className={css.heroText} role="status">
            <h2>{headline(job)}</h2>
            <p>{subline(props)}</p>
          </div>
          <div className={css.heroActs}>
            {undoable && (
              <Button kind="line" size={34} icon={<Undo2 />} onClick={() => setAsking(true)}>
                {t("import.undoAll")}
              </Button>
            )}
            <Button kind="line" size={34} icon={<FileUp />} onClick={onAgain}>
              {t("import.again")}
            </Button>
            <Button kind="primary" size={34} onClick={onOpen}>
              {undoable ? t("import.open") : t("import.openTable")}
              <ArrowRight aria-hidden="true" />
            </Button>
          </div>
        </div>
        <Messages job={job} />
        <Tiles job={job} />
        {job.failed > 0 && <FailedRows job={job} />}
      </section>
      {asking && <AskUndo job={job} onClose={() => setAsking(false)} />}
    </div>
  );
}

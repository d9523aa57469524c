import { Check, PanelBottomClose } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cancelImport, getImport, importQuery, isWorking, type Job, undoImport } from "@/api/imports";
import { errorText } from "@/api/problem";
import { queryClient } from "@/api/query-client";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast-store";
import { addSample, type Sample, secondsLeft, speed } from "../model/speed";
import { durationParts } from "../model/words";
import { FailedTable } from "./failed-table";
import css from "./job.module.css";
import { SpeedCurve } from "./speed-curve";

export interface RunningProps {
  readonly job: Job;
  /** When the job was looked at. */
  readonly at: number;
  readonly table: string;
  readonly onLeave: () => void;
}

/** Everything seen of the job, once per look at it. */
function useSamples({ job, at }: RunningProps): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const next = job.state === "running" ? addSample(samples, { at, done: job.done }) : samples;
  if (next !== samples) {
    setSamples(next);
  }
  return next;
}

function headline(job: Job): string {
  if (job.state === "undoing") {
    return t("import.undoingTitle");
  }
  if (job.state === "queued") {
    return t("import.queued");
  }
  return job.total > 0 ? t("import.runTitle", { total: formatNumber(job.total) }) : t("import.runShort");
}

function subline({ job, table }: RunningProps): string {
  if (job.state === "undoing") {
    return t("import.undoingText");
  }
  const text = t("import.runText", { file: job.fileName ?? "", table });
  const row = job.resumedAt?.at(-1);
  return row === undefined ? text : `${text} ${t("import.resumed", { row: formatNumber(row) })}`;
}

interface FigureProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly bad?: boolean;
}

function Figure({ label, children, bad }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-bad={bad}>{children}</dd>
    </div>
  );
}

function Figures({ job, samples }: { readonly job: Job; readonly samples: readonly Sample[] }) {
  const rate = speed(samples);
  const left = secondsLeft(samples, job.total);
  return (
    <dl className={css.figures}>
      <Figure label={t("import.written")}>
        {formatNumber(job.done)}
        <em>{t("import.ofRows", { total: formatNumber(job.total) })}</em>
      </Figure>
      <Figure label={t("import.speed")}>
        {rate === undefined ? "—" : formatNumber(Math.round(rate))}
        <em>{t("import.perSecond")}</em>
      </Figure>
      <Figure label={t("import.left")}>
        {left === undefined
          ? "—"
          : durationParts(left).map(({ count, unit }) => (
              <span key={unit}>
                {formatNumber(count)}
                <em>{unit}</em>
              </span>
            ))}
      </Figure>
      <Figure label={t("import.problems")} bad={job.failed > 0}>
        {formatNumber(job.failed)}
        <em>{t("import.rows")}</em>
      </Figure>
    </dl>
  );
}

function Phases({ job }: { readonly job: Job }) {
  const scanned = job.done > 0;
  const now = job.state === "queued" ? 0 : Number(scanned) + 1;
  const names = [t("import.phaseQueue"), t("import.phaseScan"), t("import.phaseWrite")];
  const share = job.total > 0 ? (job.done / job.total) * 100 : 0;
  const fill = (index: number) => {
    if (index < now) {
      return 100;
    }
    return index === now && now === 2 ? share : 0;
  };
  return (
    <ol className={css.phases}>
      {names.map((name, index) => (
        <li key={name} data-now={index === now}>
          <u>
            <i style={{ inlineSize: `${fill(index)}%` }} />
          </u>
          <span>
            {index < now && <Check size={13} aria-hidden="true" />}
            {name}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The first rows that were refused, while the others go in. */
function Problems({ job }: { readonly job: Job }) {
  const errors = job.errors?.slice(0, 5) ?? [];
  return errors.length === 0 ? null : (
    <div className={css.problems}>
      <div className={css.tableFrame}>
        <FailedTable
          rows={errors.map(({ line, column = "", detail }) => ({
            line,
            column,
            reason: detail,
            value: undefined,
          }))}
        />
      </div>
    </div>
  );
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Stops an import; with `undo` also takes back what went in. */
async function stop(id: string, undo: boolean): Promise<void> {
  let job = await cancelImport(id);
  for (let tries = 0; undo && tries < 100 && isWorking(job.state); tries++) {
    await pause(200);
    job = await getImport(id);
  }
  if (undo) {
    await undoImport(id);
  }
  await queryClient.invalidateQueries({ queryKey: importQuery(id).queryKey });
}

function AskCancel({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  const [busy, setBusy] = useState<"keep" | "undo">();
  async function handleStop(way: "keep" | "undo"): Promise<void> {
    setBusy(way);
    try {
      await stop(job.id, way === "undo");
      onClose();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
      setBusy(undefined);
    }
  }
  const count = formatNumber(job.created + job.updated);
  return (
    <Dialog open onClose={onClose} title={t("import.cancelTitle")} text={t("import.cancelText", { count })}>
      <div className={css.stops}>
        <Button
          kind="danger"
          size={34}
          wide
          busy={busy === "undo"}
          disabled={busy !== undefined}
          onClick={() => void handleStop("undo")}
        >
          {t("import.cancelUndo")}
        </Button>
        <Button
          kind="line"
          size={34}
          wide
          busy={busy === "keep"}
          disabled={busy !== undefined}
          onClick={() => void handleStop("keep")}
        >
          {t("import.cancelKeep")}
        </Button>
        <Button size={34} wide disabled={busy !== undefined} onClick={onClose}>
          {t("import.goOn")}
        </Button>
      </div>
    </Dialog>
  );
}

/** An import on its way; it goes on when the page is left. */
export function Running(props: RunningProps) {
  const { job, onLeave } = props;
  const samples = useSamples(props);
  const [asking, setAsking] = useState(false);
  const undoing = job.state === "undoing";
  const share = job.total > 0 ? Math.min(1, job.done / job.total) : 0;
  return (
    <div className={css.scroll}>
      <section className={css.run} aria-busy="true">
        <div className={css.runHead}>
          <div>
            <h2>{headline(job)}</h2>
            <p>{subline(props)}</p>
          </div>
          {!undoing && (
            <b>
              {formatNumber(share * 100, { minimumFractionDigits: 1, maximumFractionDigits: 1 })}
              <span>{"%"}</span>
            </b>
          )}
        </div>
        <div
          className={css.bar}
          role="progressbar"
          aria-label={headline(job)}
          aria-valuenow={undoing ? undefined : Math.round(share * 100)}
          data-unknown={undoing || job.state === "queued"}
        >
          <i style={{ inlineSize: undoing ? "100%" : `${share * 100}%` }} />
        </div>
        {!undoing && (
          <>
            <SpeedCurve samples={samples} total={job.total} />
            <Figures job={job} samples={samples} />
            <Phases job={job} />
            <Problems job={job} />
            <div className={css.runActs}>
              <Button kind="ghostDanger" size={34} onClick={() => setAsking(true)}>
                {t("import.cancel")}
              </Button>
              <Button kind="line" size={34} icon={<PanelBottomClose />} onClick={onLeave}>
                {t("import.background")}
              </Button>
            </div>
          </>
        )}
      </section>
      {asking && <AskCancel job={job} onClose={() => setAsking(false)} />}
    </div>
  );
}

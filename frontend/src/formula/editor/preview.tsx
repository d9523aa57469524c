import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Field } from "@/api/types";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { rowOf } from "../adapt";
import { browserEnv, needsServer } from "../check-record";
import { explain, type Step } from "../core/explain";
import { evaluate, type Program } from "../core/program";
import type { Env } from "../core/run";
import { loadPinyin, needsPinyin } from "../fn/pinyin";
import css from "./editor.module.css";
import type { SampleRecord } from "./props";
import { shownValue } from "./value-text";

interface PreviewProps {
  readonly program: Program;
  readonly records: readonly SampleRecord[];
  readonly fields: readonly Field[];
  readonly entity?: string | undefined;
  readonly env?: Partial<Env> | undefined;
}

const shown = 3;

/** A formula that the browser cannot evaluate alone is sent to the server. */
function ServerResult({ entity, source, record }: { entity: string; source: string; record: string }) {
  const { data, error } = useQuery({
    queryKey: ["formula", entity, record, source],
    queryFn: ({ signal }) =>
      api.post<{ value: unknown }>("/formulas/evaluate", { entity, record, formula: source }, { signal }),
    retry: false,
  });
  const value = data?.value;
  if (error || value === undefined) {
    return <span className={css.faint}>{error ? error.message : t("formula.serverOnly")}</span>;
  }
  return <span>{value === null ? t("formula.blank") : serverText(value)}</span>;
}

function serverText(value: unknown): string {
  if (typeof value === "object" && value !== null && "error" in value) {
    return String(value.error);
  }
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function StepLine({ step, zone }: { readonly step: Step; readonly zone: string }) {
  return (
    <li className={cx(css.step, step.skipped && css.skipped)}>
      <code>{step.source}</code>
      <span className={cx(css.stepValue, step.value.kind === "error" && css.wrong)}>
        {step.skipped ? t("formula.skipped") : shownValue(step.value, zone)}
      </span>
      {step.children.length > 0 && (
        <ul>
          {step.children.map((child) => (
            <StepLine key={`${child.pos}-${child.end}`} step={child} zone={zone} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** The results on the first records, and how that of one came to be. */
export function Preview({ program, records, fields, entity, env: more }: PreviewProps) {
  const [open, setOpen] = useState<string>();
  const [, setLoaded] = useState(false);
  const pinyin = needsPinyin(program.source);
  useEffect(() => {
    if (pinyin) {
      void loadPinyin().then(() => setLoaded(true));
    }
  }, [pinyin]);
  const env = browserEnv(more);
  const byServer = entity !== undefined && needsServer.test(program.source) && !pinyin;
  const list = records.slice(0, shown);
  return (
    <section className={css.preview} aria-label={t("formula.result")}>
      {list.map((record, i) => {
        const row = rowOf(record, fields);
        const value = byServer ? undefined : evaluate(program, env, row);
        const expanded = open === record.id;
        return (
          <div key={record.id} className={css.sample}>
            <button
              type="button"
              className={css.sampleHead}
              disabled={byServer}
              aria-expanded={expanded}
              title={expanded ? t("formula.explainOff") : t("formula.explain")}
              onClick={() => setOpen(expanded ? undefined : record.id)}
            >
              <ChevronRight size={14} className={cx(css.chevron, expanded && css.turned)} aria-hidden />
              <span className={css.faint}>{t("formula.record", { n: i + 1 })}</span>
              <span className={cx(css.result, value?.kind === "error" && css.wrong)}>
                {value ? (
                  shownValue(value, env.zone)
                ) : (
                  <ServerResult entity={entity ?? ""} source={program.source} record={record.id} />
                )}
              </span>
            </button>
            {expanded && (
              <ul className={css.steps}>
                <StepLine step={explain(program, env, row)} zone={env.zone} />
              </ul>
            )}
          </div>
        );
      })}
    </section>
  );
}

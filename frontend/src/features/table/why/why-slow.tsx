import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Check, Dot, TriangleAlert } from "lucide-react";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SkeletonRows } from "@/ui/skeleton";
import { type Changed, type ExplainedStep, type Explanation, explain, paceOf } from "./explanation";
import css from "./why.module.css";

function Mark({ step }: { readonly step: ExplainedStep }) {
  const pace = paceOf(step);
  if (pace === "fast") {
    return <Check className={css.good} role="img" aria-label={t("why.fast")} />;
  }
  if (pace === "slow") {
    return <TriangleAlert className={css.warn} role="img" aria-label={t("why.slow")} />;
  }
  return step.kind === "next" ? <ArrowRight aria-hidden="true" /> : <Dot aria-hidden="true" />;
}

function Steps({ title, steps }: { readonly title: string; readonly steps: readonly ExplainedStep[] }) {
  return steps.length === 0 ? null : (
    <section>
      <h3 className={css.title}>{title}</h3>
      <ol className={css.steps} aria-label={title}>
        {steps.map((step) => (
          <li key={step.kind + step.text}>
            <Mark step={step} />
            <span>{step.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Found({ found }: { readonly found: Explanation }) {
  const { summary, indexed, steps, plan } = found;
  return (
    <div className={css.found}>
      <p className={css.summary} data-fast={indexed}>
        {summary}
      </p>
      <Steps title={t("why.steps")} steps={steps.filter((step) => step.kind !== "next")} />
      <Steps title={t("why.next")} steps={steps.filter((step) => step.kind === "next")} />
      {plan && plan.length > 0 && (
        <details className={css.plan}>
          <summary>{t("why.plan")}</summary>
          <pre>{plan.join("\n")}</pre>
        </details>
      )}
    </div>
  );
}

export interface WhySlowProps {
  readonly view: { readonly id: string; readonly name: string };
  readonly changed: Changed | undefined;
  readonly onClose: () => void;
}

/** Says in words how the records of a view are found, and what makes it slow. */
export function WhySlow({ view, changed, onClose }: WhySlowProps) {
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ["why", view.id, changed],
    queryFn: () => explain(view.id, changed),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("why.title")}
      text={t(changed ? "why.ofChanged" : "why.of", { name: view.name })}
      width={520}
    >
      {data && <Found found={data} />}
      {!data && error && (
        <div className={css.failed} role="alert">
          <span>{errorText(error)}</span>
          <Button kind="line" busy={isFetching} onClick={() => void refetch()}>
            {t("common.retry")}
          </Button>
        </div>
      )}
      {!data && !error && <SkeletonRows rows={3} height={32} />}
    </Dialog>
  );
}

import { ArrowLeft, Check, X } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import css from "../import.module.css";

export type Step = 0 | 1 | 2 | 3;

export interface StepsHeadProps {
  readonly title: string;
  /** The table that the file goes to. */
  readonly crumb?: ReactNode;
  readonly step: Step;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

function Steps({ step }: { readonly step: Step }) {
  const names = [t("import.stepFile"), t("import.stepMap"), t("import.stepWrite"), t("import.stepResult")];
  const stateOf = (index: number) => {
    if (index === step) {
      return "on";
    }
    return index < step ? "done" : undefined;
  };
  return (
    <ol className={css.steps} aria-label={t("import.steps")}>
      {names.map((name, index) => (
        <Fragment key={name}>
          {index > 0 && <li aria-hidden="true" className={css.stepLine} />}
          <li data-state={stateOf(index)} aria-current={index === step ? "step" : undefined}>
            <i>{index < step ? <Check size={12} aria-hidden="true" /> : index + 1}</i>
            <span>{name}</span>
          </li>
        </Fragment>
      ))}
    </ol>
  );
}

export function StepsHead({ title, crumb, step, onBack, onClose }: StepsHeadProps) {
  return (
    <header className={css.head}>
      <IconButton label={t("common.back")} onClick={onBack}>
        <ArrowLeft size={16} />
      </IconButton>
      <div className={css.where}>
        {crumb && <span className={css.crumb}>{crumb}</span>}
        <h1>{title}</h1>
      </div>
      <Steps step={step} />
      <IconButton label={t("common.close")} onClick={onClose}>
        <X size={16} />
      </IconButton>
    </header>
  );
}

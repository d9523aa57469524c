import { RefreshCw, TriangleAlert } from "lucide-react";
import { t } from "@/lib/i18n";
import css from "./convert.module.css";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A setting that asks for the field. */
export interface Affect {
  readonly entity: Named;
  readonly field?: Named;
  readonly part: keyof typeof parts;
  /** It is rewritten for the new type; else it stops working. */
  readonly kept?: boolean;
}

const parts = {
  formula: "convert.part.formula",
  source: "convert.part.source",
  condition: "convert.part.condition",
  sort: "convert.part.sort",
  required: "convert.part.required",
  readOnly: "convert.part.readOnly",
  default: "convert.part.default",
  unique: "convert.part.unique",
  transitions: "convert.part.transitions",
  action: "convert.part.action",
  clock: "convert.part.clock",
  rule: "convert.part.rule",
} as const;

const most = 30;

/** What a conversion does to other settings: first what stops working. */
export function Affects({ list }: { readonly list: readonly Affect[] }) {
  const broken = list.filter(({ kept }) => !kept);
  const kept = list.length - broken.length;
  return (
    <>
      {broken.length > 0 && (
        <section className={css.affects} aria-label={t("convert.breaks")}>
          <p data-kind="lost">
            <TriangleAlert aria-hidden="true" />
            {t("convert.breaks")}
          </p>
          <ul>
            {broken.slice(0, most).map(({ entity, field, part }) => (
              <li key={`${entity.id} ${field?.id} ${part}`}>
                <span>{field ? `${entity.name} · ${field.name}` : entity.name}</span>
                <small>{t(parts[part])}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
      {kept > 0 && (
        <p className={css.note}>
          <RefreshCw aria-hidden="true" />
          {t("convert.follows", { count: kept })}
        </p>
      )}
    </>
  );
}

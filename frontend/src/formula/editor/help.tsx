import { SquareFunction } from "lucide-react";
import type { ReactNode } from "react";
import type { Field } from "@/api/types";
import { cx } from "@/lib/cx";
import { locale, t } from "@/lib/i18n";
import { type FunctionInfo, paramIndex } from "../core/functions";
import css from "./editor.module.css";
import type { Completion } from "./model";

const docOf = (fn: FunctionInfo): string => fn.doc[locale()] ?? fn.doc.en ?? "";

/** A function's parameters, the one being written in bold, with its description and an example. */
export function Signature({ fn, arg }: { readonly fn: FunctionInfo; readonly arg: number }) {
  const current = paramIndex(fn, arg);
  const example = fn.examples[0];
  return (
    <div className={css.signature}>
      <code>
        <span className={css.function}>{fn.name}</span>
        {"("}
        {fn.params.map((param, i) => (
          <span key={param.name}>
            {i > 0 && ", "}
            <span className={cx(i === current && css.current)}>
              {param.name}
              {param.optional && "?"}
              {param.repeat && "\u2026"}
            </span>
          </span>
        ))}
        {")"}
      </code>
      <p>{docOf(fn)}</p>
      {example && (
        <p className={css.faint}>
          {t("formula.examples")} <code>{`${example.formula} = ${example.result}`}</code>
        </p>
      )}
    </div>
  );
}

interface SuggestionsProps {
  readonly id: string;
  readonly items: readonly Completion[];
  readonly active: number;
  readonly icon?: ((field: Field) => ReactNode) | undefined;
  readonly onPick: (item: Completion) => void;
}

/** The completions, as a listbox that the text area steers. */
export function Suggestions({ id, items, active, icon, onPick }: SuggestionsProps) {
  return (
    <div
      id={id}
      role="listbox"
      tabIndex={-1}
      className={css.suggestions}
      aria-label={t("formula.completions")}
    >
      {items.map((item, i) => (
        <div
          key={item.key}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === active}
          className={cx(css.suggestion, i === active && css.active)}
          // The text area keeps the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(item);
          }}
        >
          <span className={css.icon}>
            {item.field ? icon?.(item.field) : <SquareFunction size={15} strokeWidth={1.75} aria-hidden />}
          </span>
          <span className={css.suggestionName}>{item.label}</span>
          {item.fn && <span className={css.doc}>{docOf(item.fn)}</span>}
        </div>
      ))}
    </div>
  );
}

import { CircleAlert } from "lucide-react";
import { useId, useMemo, useRef } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import css from "./editor.module.css";
import { Signature, Suggestions } from "./help";
import { callAt, piecesOf } from "./model";
import { Preview } from "./preview";
import type { FormulaEditorProps, FormulaProblem, FormulaState } from "./props";
import { fits, kindName, readSource } from "./state";
import { useWriting } from "./use-writing";

interface StatusProps {
  readonly id: string;
  readonly problem: FormulaProblem | undefined;
  readonly state: FormulaState;
  readonly expected: FormulaEditorProps["expected"];
}

function Status({ id, problem, state, expected }: StatusProps) {
  if (problem) {
    return (
      <p id={id} role="status" className={cx(css.status, css.wrong)}>
        <CircleAlert size={14} aria-hidden />
        {problem.message}
      </p>
    );
  }
  const kind = state.kind ?? "any";
  const off = expected !== undefined && !fits(state, expected);
  return (
    <p id={id} role="status" className={cx(css.status, off && css.warn)}>
      {off
        ? t("formula.notExpected", { want: kindName(expected), got: kindName(kind) })
        : t("formula.gives", { kind: kindName(kind) })}
      {state.volatile && <span className={css.faint}>{t("formula.volatile")}</span>}
    </p>
  );
}

/** Shows a formula and helps to write it. */
export function FormulaEditor(props: FormulaEditorProps) {
  const { value, fields, onChange, compact } = props;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const reading = useMemo(() => readSource(value, fields), [value, fields]);
  const writing = useWriting(area, value, fields, (source) => {
    onChange(source, readSource(source, fields).state);
  });
  const empty = value.trim() === "";
  const listed = writing.found.items.length > 0;
  // A word that is being completed is not a mistake yet.
  const problem = empty || listed ? undefined : (reading.state.problem ?? props.serverProblem);
  const pieces = piecesOf(value, writing.caret, problem);
  const call = callAt(value, writing.caret);
  return (
    <div className={css.root}>
      <div className={cx(css.box, problem && css.boxBad, compact && css.compact)}>
        <pre className={css.paint} aria-hidden>
          {pieces.map((piece, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name than their place
            <span key={i} className={cx(css[piece.colour], piece.bad && css.bad)}>
              {piece.text}
            </span>
          ))}
          {"\n"}
        </pre>
        <textarea
          ref={area}
          className={css.area}
          value={value}
          aria-label={props.label ?? t("formula.label")}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-status`}
          role="combobox"
          aria-expanded={listed}
          aria-controls={`${id}-list`}
          aria-activedescendant={listed ? `${id}-list-${writing.active}` : undefined}
          aria-autocomplete="list"
          placeholder={t("formula.hint")}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the page that opens it asks for it
          autoFocus={props.autoFocus}
          onChange={(event) => writing.onText(event.target)}
          onSelect={writing.onSelect}
          onKeyDown={writing.onKeyDown}
          onBlur={writing.close}
        />
      </div>
      {listed && (
        <Suggestions
          id={`${id}-list`}
          items={writing.found.items}
          active={writing.active}
          icon={props.icon}
          onPick={writing.pick}
        />
      )}
      {!listed && call && <Signature fn={call.fn} arg={call.arg} />}
      {!empty && !listed && (
        <Status id={`${id}-status`} problem={problem} state={reading.state} expected={props.expected} />
      )}
      {!compact && !problem && reading.program && props.records && props.records.length > 0 && (
        <Preview
          program={reading.program}
          records={props.records}
          fields={fields}
          entity={props.entity}
          env={props.env}
        />
      )}
    </div>
  );
}

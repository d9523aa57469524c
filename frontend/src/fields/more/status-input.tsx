/** A state: only those to which the field's rules lead from here are offered. */
import { useMe } from "@/api/meta";
import type { Choice, Field, Me } from "@/api/types";
import { t } from "@/lib/i18n";
import { Listbox } from "@/ui/listbox";
import { type FieldInputProps, InPopover } from "../field-input";
import { choiceOptions } from "../options";
import { listOf } from "../types";
import css from "./pane.module.css";

interface Transition {
  readonly from?: string;
  readonly to: string;
  readonly roles?: readonly string[];
  readonly when?: string;
}

const mayTake = ({ roles }: Transition, me: Me | undefined) =>
  roles === undefined ||
  roles.length === 0 ||
  (me?.roles ?? []).some(({ id, key }) => roles.includes(id) || (key !== undefined && roles.includes(key)));

/** Where a state may go. Conditions by formula are left to the server, which says why not. */
export function nextStates(field: Field, from: string | undefined, me: Me | undefined): readonly Choice[] {
  const choices = field.options.choices ?? [];
  const ways = (field.options.transitions ?? []) as readonly Transition[];
  if (ways.length === 0) {
    return choices;
  }
  const starts = ways.filter((way) => way.from === undefined);
  const here = from === undefined ? starts : ways.filter((way) => way.from === from);
  if (from === undefined && starts.length === 0) {
    return choices;
  }
  return choices.filter(({ id }) => id === from || here.some((way) => way.to === id && mayTake(way, me)));
}

export function useNextStates(field: Field, value: unknown): readonly Choice[] {
  const { data: me } = useMe();
  return nextStates(field, listOf(value)[0]?.id, me);
}

export function StatusInput(props: FieldInputProps) {
  const { field, value, onChange } = props;
  const offered = useNextStates(field, value);
  const [now] = listOf<Choice>(value);
  return (
    <InPopover {...props}>
      {(close) => (
        <>
          <Listbox
            label={field.name}
            options={choiceOptions(offered)}
            selected={now === undefined ? [] : [now.id]}
            onPick={(id) => {
              const next = offered.find((one) => one.id === id);
              if (next !== undefined && id !== now?.id) {
                onChange(next);
              }
              close();
            }}
          />
          {offered.every(({ id }) => id === now?.id) && <div className={css.none}>{t("kinds.noNext")}</div>}
        </>
      )}
    </InPopover>
  );
}

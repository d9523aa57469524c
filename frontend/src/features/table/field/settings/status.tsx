import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useRoles } from "@/api/people";
import { t } from "@/lib/i18n";
import { roleName } from "@/lib/i18n/role-name";
import { Pill } from "@/ui/pill";
import { MultiSelect } from "@/ui/select";
import { Checkbox } from "@/ui/toggles";
import { type ChoiceInput, ChoicesEditor } from "../choices-editor";
import css from "../field.module.css";
import type { TransitionDraft } from "../field-draft";
import { FormulaBox } from "../formula-box";
import { ProblemLine } from "../problem";
import { type SettingProps, SwitchRow } from "./parts";

const same = (one: TransitionDraft, from: string | undefined, to: string) =>
  one.from === from && one.to === to;

interface MatrixProps {
  readonly states: readonly ChoiceInput[];
  readonly transitions: readonly TransitionDraft[];
  readonly onChange: (transitions: readonly TransitionDraft[]) => void;
}

function Matrix({ states, transitions, onChange }: MatrixProps) {
  const rows: readonly (ChoiceInput | undefined)[] = [undefined, ...states];
  const toggle = (from: string | undefined, to: string, on: boolean) =>
    onChange(
      on
        ? [...transitions, { ...(from !== undefined && { from }), to }]
        : transitions.filter((one) => !same(one, from, to)),
    );
  const nameOf = (state: ChoiceInput | undefined) => state?.name ?? t("fset.newRecord");
  return (
    <div className={css.matrix}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("fset.fromTo")}</th>
            {states.map((state) => (
              <th key={state.ref} scope="col">
                <Pill small color={state.color}>
                  {state.name}
                </Pill>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((from) => (
            <tr key={from?.ref ?? "new"}>
              <th scope="row">
                {from ? (
                  <Pill small color={from.color}>
                    {from.name}
                  </Pill>
                ) : (
                  t("fset.newRecord")
                )}
              </th>
              {states.map((to) => (
                <td key={to.ref}>
                  {from?.ref !== to.ref && (
                    <Checkbox
                      checked={transitions.some((one) => same(one, from?.ref, to.ref))}
                      aria-label={t("fset.way", { from: nameOf(from), to: to.name })}
                      onChange={(on) => toggle(from?.ref, to.ref, on)}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface WayProps extends SettingProps {
  readonly way: TransitionDraft;
  readonly states: readonly ChoiceInput[];
  readonly onWay: (way: TransitionDraft) => void;
}

function Way({ way, states, onWay, entity }: WayProps) {
  const bound = Boolean(way.when) || (way.roles ?? []).length > 0;
  const [open, setOpen] = useState(false);
  const { data: roles = [] } = useRoles();
  const state = (ref: string | undefined) => states.find((one) => one.ref === ref);
  const [from, to] = [state(way.from), state(way.to)];
  return (
    <div className={css.way}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Pill small color={from?.color ?? "gray"}>
          {from?.name ?? t("fset.newRecord")}
        </Pill>
        {"\u2192"}
        <Pill small color={to?.color ?? "gray"}>
          {to?.name ?? ""}
        </Pill>
        <small>{t(bound ? "fset.wayBound" : "fset.wayFree")}</small>
        <ChevronDown size={14} aria-hidden="true" />
      </button>
      {open && (
        <div className={css.inset}>
          <MultiSelect
            size={30}
            label={t("fset.wayRoles")}
            placeholder={t("fset.anyRole")}
            value={way.roles ?? []}
            options={roles.map((role) => ({ value: role.key ?? role.id, label: roleName(role) }))}
            onChange={(next) => onWay({ ...way, roles: next })}
          />
          <FormulaBox
            label={t("fset.wayWhen")}
            value={way.when ?? ""}
            fields={entity.fields}
            entity={entity.id}
            expected="bool"
            at={[]}
            onChange={(when) => onWay({ ...way, when })}
          />
        </div>
      )}
    </div>
  );
}

/** The states of a status field and the ways between them. */
export function Status(props: SettingProps) {
  const { draft, onDraft } = props;
  const states = draft.choices.filter((one) => one.name.trim() !== "");
  const { transitions } = draft;
  const limited = transitions.length > 0;
  const change = (next: readonly TransitionDraft[]) => onDraft({ ...draft, transitions: next });
  function handleLimit(on: boolean): void {
    const [first] = states;
    const steps = states.slice(1).map((state, index) => ({ from: states[index]?.ref ?? "", to: state.ref }));
    change(on && first ? [{ to: first.ref }, ...steps] : []);
  }
  return (
    <>
      <ChoicesEditor states choices={draft.choices} onChange={(choices) => onDraft({ ...draft, choices })} />
      <ProblemLine at={["options.choices"]} />
      <SwitchRow
        label={t("fset.limitWays")}
        hint={t("fset.limitWaysHint")}
        checked={limited}
        disabled={states.length < 2}
        onChange={handleLimit}
      />
      {limited && (
        <>
          <Matrix states={states} transitions={transitions} onChange={change} />
          <div className={css.label}>{t("fset.wayRules")}</div>
          <div className={css.ways}>
            {transitions.map((way) => (
              <Way
                {...props}
                key={`${way.from ?? ""}>${way.to}`}
                way={way}
                states={states}
                onWay={(next) => change(transitions.map((one) => (one === way ? next : one)))}
              />
            ))}
          </div>
          <ProblemLine at={["options.transitions"]} />
        </>
      )}
    </>
  );
}

/** What holds for the values of any field: required, unique, locked, and what new records get. */
import type { Field } from "@/api/types";
import { FieldInput } from "@/fields/field-input";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { MultiSelect } from "@/ui/select";
import css from "../field.module.css";
import { defaultMode, formulaOf } from "../field-draft";
import { FormulaBox } from "../formula-box";
import { ProblemLine } from "../problem";
import { written } from "./computed";
import { PickRow, Row, type SettingProps, SwitchRow } from "./parts";

function Required({ draft, entity, onDraft }: SettingProps) {
  const formula = formulaOf(draft.required);
  const when = typeof draft.required === "object";
  const fixed = draft.required === true ? "always" : "never";
  return (
    <>
      <PickRow
        label={t("table.required")}
        value={when ? "when" : fixed}
        options={(["never", "always", "when"] as const).map((value) => ({
          value,
          label: t(`fset.required.${value}`),
        }))}
        onChange={(next) =>
          onDraft({ ...draft, required: next === "when" ? { formula } : next === "always" })
        }
      />
      {when && (
        <FormulaBox
          label={t("fset.requiredWhen")}
          value={formula}
          fields={entity.fields}
          entity={entity.id}
          expected="bool"
          at={["required"]}
          onChange={(source) => onDraft({ ...draft, required: { formula: source } })}
        />
      )}
    </>
  );
}

function Unique({ draft, entity, onDraft }: SettingProps) {
  const able = typeOf(draft.type).mayBeUnique === true;
  const withKeys = typeof draft.unique === "object" ? draft.unique.with : [];
  const others = written(entity.fields).filter((field) => field.name !== draft.name);
  return (
    <>
      <SwitchRow
        label={t("table.unique")}
        {...(!able && { hint: t("table.notForType") })}
        checked={able && draft.unique !== false}
        disabled={!able}
        onChange={(unique) => onDraft({ ...draft, unique })}
      />
      {able && draft.unique !== false && (
        <Row label={t("fset.uniqueWith")}>
          <MultiSelect
            size={30}
            label={t("fset.uniqueWith")}
            placeholder={t("fset.uniqueAlone")}
            value={withKeys}
            options={others.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={(keys) =>
              onDraft({ ...draft, unique: keys.length === 0 ? true : { with: keys, caseFold: true } })
            }
          />
        </Row>
      )}
      <ProblemLine at={["unique"]} />
    </>
  );
}

function Locked({ draft, entity, onDraft }: SettingProps) {
  const on = draft.readOnly !== "";
  return (
    <>
      <SwitchRow
        label={t("fset.locked")}
        hint={t("fset.lockedHint")}
        checked={on}
        onChange={(next) => onDraft({ ...draft, readOnly: next ? " " : "" })}
      />
      {on && (
        <FormulaBox
          label={t("fset.lockedWhen")}
          value={draft.readOnly.trimStart()}
          fields={entity.fields}
          entity={entity.id}
          expected="bool"
          at={["readOnly"]}
          onChange={(source) => onDraft({ ...draft, readOnly: source || " " })}
        />
      )}
    </>
  );
}

const notGiven: ReadonlySet<string> = new Set(["link", "file", "layout", "button", "list", "secret"]);

function Default({ draft, entity, onDraft }: SettingProps) {
  const { family } = typeOf(draft.type);
  if (notGiven.has(family) || draft.type === "autoNumber") {
    return null;
  }
  const mode = defaultMode(draft.default);
  const modes = [
    "value" as const,
    ...(draft.type === "user" || draft.type === "users" ? ["me" as const] : []),
    ...(family === "date" || draft.type === "time" ? ["now" as const] : []),
    "formula" as const,
  ];
  const given = { value: undefined, me: "@me", now: "@now", formula: { formula: "" } };
  return (
    <>
      <PickRow
        label={t("table.default")}
        value={mode}
        options={modes.map((value) => ({ value, label: t(`fset.default.${value}`) }))}
        onChange={(next) => onDraft({ ...draft, default: given[next as typeof mode] })}
      />
      {mode === "value" && <DefaultValue draft={draft} onDraft={onDraft} />}
      {mode === "formula" && (
        <FormulaBox
          label={t("table.default")}
          value={formulaOf(draft.default)}
          fields={entity.fields}
          entity={entity.id}
          at={["default"]}
          onChange={(formula) => onDraft({ ...draft, default: { formula } })}
        />
      )}
      <ProblemLine at={mode === "formula" ? [] : ["default"]} />
    </>
  );
}

function DefaultValue({ draft, onDraft }: Pick<SettingProps, "draft" | "onDraft">) {
  const choices = draft.choices.flatMap(({ id, name, color, parent }) =>
    id ? [{ id, name, color, ...(parent && { parent }) }] : [],
  );
  const field: Field = {
    id: "new",
    key: "new",
    name: t("table.default"),
    type: draft.type,
    required: false,
    unique: false,
    options: { ...draft.options, choices },
    right: "write",
  };
  const value =
    choices.find((one) => one.id === draft.default || one.name === draft.default) ?? draft.default;
  return (
    <Row label={t("fset.value")}>
      <div className={css.control}>
        <FieldInput field={field} value={value} onChange={(next) => onDraft({ ...draft, default: next })} />
      </div>
    </Row>
  );
}

export function ValueRules(props: SettingProps) {
  const type = typeOf(props.draft.type);
  if (type.computed || ["layout", "button"].includes(type.family)) {
    return null;
  }
  return (
    <>
      {type.mayBeRequired === true && <Required {...props} />}
      <Unique {...props} />
      <Default {...props} />
      <Locked {...props} />
    </>
  );
}

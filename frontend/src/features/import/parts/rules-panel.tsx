import { Plus } from "lucide-react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Select } from "@/ui/select";
import { Radio, Switch } from "@/ui/toggles";
import css from "../import.module.css";
import { tally } from "../model/mapping";
import type { Mapping } from "../use-mapping";
import { TypeIcon } from "./field-picker";

function Doubles({ mapping }: { readonly mapping: Mapping }) {
  const { keys, rules, setRules } = mapping;
  const key = keys.find((field) => field.key === rules.key);
  const first = keys[0];
  if (!first) {
    return <p className={css.small}>{t("import.noKeyFields")}</p>;
  }
  const shown = key ?? first;
  return (
    <>
      <div className={css.pair}>
        <span>{t("import.byField")}</span>
        <Select
          size={34}
          className={css.keySelect}
          label={t("import.byField")}
          value={rules.key ?? ""}
          options={[
            { value: "", label: t("import.noKey") },
            ...keys.map((field) => ({
              value: field.key,
              label: field.name,
              icon: <TypeIcon type={field.type} />,
            })),
          ]}
          onChange={(value) => setRules({ key: value || undefined })}
        />
      </div>
      <div role="radiogroup" aria-label={t("import.double")} className={css.cards}>
        <Radio
          className={css.card}
          name="double"
          data-on={key !== undefined}
          checked={key !== undefined}
          onChange={() => setRules({ key: shown.key })}
        >
          <b>{t("import.update")}</b>
          <small>{t("import.updateText", { name: shown.name })}</small>
        </Radio>
        <Radio
          className={css.card}
          name="double"
          data-on={key === undefined}
          checked={key === undefined}
          onChange={() => setRules({ key: undefined })}
        >
          <b>{t("import.alwaysNew")}</b>
          <small>{t("import.alwaysNewText")}</small>
        </Radio>
      </div>
    </>
  );
}

/** What is done with duplicates, new choices and the columns that are left. */
export function RulesPanel({ mapping }: { readonly mapping: Mapping }) {
  const { goal, rows, rules, setRules } = mapping;
  const { open } = tally(rows);
  return (
    <aside className={css.rules}>
      {!goal.fresh && (
        <section>
          <h2>{t("import.double")}</h2>
          <Doubles mapping={mapping} />
        </section>
      )}
      <section>
        <h2>{t("import.writing")}</h2>
        {goal.design && (
          <>
            {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch is inside */}
            <label className={css.pair}>
              <span>{t("import.addChoices")}</span>
              <Switch checked={rules.choices} onChange={(choices) => setRules({ choices })} />
            </label>
            <p className={css.small}>{t("import.addChoicesText")}</p>
          </>
        )}
        <p className={css.small}>{t("import.peopleText")}</p>
      </section>
      {goal.design && open > 0 && (
        <section>
          <Button kind="line" size={34} wide icon={<Plus />} onClick={mapping.makeRest}>
            {t("import.makeRest", { count: open })}
          </Button>
        </section>
      )}
    </aside>
  );
}

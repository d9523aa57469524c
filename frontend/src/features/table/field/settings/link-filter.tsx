import { useState } from "react";
import { useEntity } from "@/api/meta";
import type { Entity } from "@/api/types";
import { FilterBuilder } from "@/fields/filter/builder";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import css from "../field.module.css";
import { ProblemLine } from "../problem";
import { type SettingProps, SwitchRow } from "./parts";

interface OnlySomeProps extends SettingProps {
  readonly target: Entity;
  readonly label: string;
  readonly hint?: string;
}

/** Only the records of the other table that satisfy conditions. */
export function OnlySome({ draft, set, target, label, hint }: OnlySomeProps) {
  const [shown, setShown] = useState(draft.options.filter !== undefined);
  return (
    <>
      <SwitchRow
        label={label}
        {...(hint && { hint })}
        checked={shown}
        onChange={(on) => {
          setShown(on);
          if (!on) {
            set("filter", undefined);
          }
        }}
      />
      {shown && (
        <div className={css.inset}>
          <FilterBuilder
            fit
            key={target.id}
            fields={target.fields.filter((field) => typeOf(field).ops.length > 0)}
            name={target.recordName || target.name}
            filter={draft.options.filter}
            onChange={(filter) => set("filter", filter)}
          />
          <ProblemLine at={["options.filter"]} />
        </div>
      )}
    </>
  );
}

/** Only some records of the other table may be linked. */
export function LinkFilter(props: SettingProps) {
  const { draft } = props;
  const { data: target } = useEntity(String(draft.options.entity ?? props.entity.id));
  return draft.options.entity === undefined || target === undefined ? null : (
    <OnlySome {...props} target={target} label={t("fset.linkOnly")} />
  );
}

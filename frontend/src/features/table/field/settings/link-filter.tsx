import { useState } from "react";
import { useEntity } from "@/api/meta";
import { FilterBuilder } from "@/fields/filter/builder";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import css from "../field.module.css";
import { type SettingProps, SwitchRow } from "./parts";

/** Only some records of the other table may be linked. */
export function LinkFilter(props: SettingProps) {
  const { draft, set } = props;
  const { data: target } = useEntity(String(draft.options.entity ?? props.entity.id));
  const [shown, setShown] = useState(draft.options.filter !== undefined);
  if (draft.options.entity === undefined || target === undefined) {
    return null;
  }
  return (
    <>
      <SwitchRow
        label={t("fset.linkOnly")}
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
            fields={target.fields.filter((field) => typeOf(field).ops.length > 0)}
            name={target.recordName || target.name}
            filter={draft.options.filter}
            onChange={(filter) => set("filter", filter)}
          />
        </div>
      )}
    </>
  );
}

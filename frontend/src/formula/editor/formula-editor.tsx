import { t } from "@/lib/i18n";
import type { FormulaEditorProps } from "./props";

export function FormulaEditor(props: FormulaEditorProps) {
  return (
    <textarea
      value={props.value}
      aria-label={props.label ?? t("formula.label")}
      rows={props.compact ? 2 : 4}
      onChange={(event) => props.onChange(event.target.value, {})}
    />
  );
}

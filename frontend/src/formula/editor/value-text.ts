/** Values as the preview shows them. */
import { t } from "@/lib/i18n";
import { textOf } from "../core/convert";
import type { Value } from "../core/value";

export function shownValue(v: Value, zone: string): string {
  if (v.kind === "bool") {
    return v.n !== 0 ? t("formula.true") : t("formula.false");
  }
  const s = textOf(v, zone);
  return s === "" ? t("formula.blank") : s;
}

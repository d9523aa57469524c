import { useMemo } from "react";
import { t } from "@/lib/i18n";
import { useLocale } from "@/lib/i18n/use-locale";
import type { GridText } from "./types";

/** The grid's texts in the language in force. */
export function useGridText(): GridText {
  const locale = useLocale();
  // biome-ignore lint/correctness/useExhaustiveDependencies: t answers in the language in force
  return useMemo(gridText, [locale]);
}

function gridText(): GridText {
  return {
    grid: t("grid.grid"),
    cellEditor: t("grid.cellEditor"),
    addRow: t("grid.addRow"),
    yes: t("grid.yes"),
    no: t("grid.no"),
    addTo: (group) => t("grid.addTo", { group }),
    groupCount: (count) => t("grid.groupCount", { count }),
    cell: (column, value, row) => t("grid.cell", { column, value: value || t("grid.empty"), row }),
    selected: (rows, columns) => t("grid.selected", { rows, columns }),
    editing: (name) => t("grid.editing", { name }),
  };
}

import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import type { RefusedRow } from "../model/error-file";
import css from "./job.module.css";

export interface FailedTableProps {
  readonly rows: readonly RefusedRow[];
  /** Shows what the file held there. */
  readonly values?: boolean | undefined;
}

/** Rows that were refused: where, what, why. */
export function FailedTable({ rows, values }: FailedTableProps) {
  return (
    <table className={css.table} data-values={values}>
      <thead>
        <tr>
          <th>{t("import.line")}</th>
          <th>{t("import.column")}</th>
          {values && <th>{t("import.value")}</th>}
          <th>{t("import.reason")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ line, column, value, reason }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows never move
          <tr key={index}>
            <td>{formatNumber(line)}</td>
            <td>{column}</td>
            {values && (
              <td className={css.value} title={value}>
                {value === "" ? t("import.emptyValue") : value}
              </td>
            )}
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

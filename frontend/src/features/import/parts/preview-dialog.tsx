import type { Preview } from "@/api/imports";
import { t } from "@/lib/i18n";
import { Dialog } from "@/ui/dialog";
import css from "../import.module.css";

/** The first rows of the file as they were read. */
export function PreviewDialog({
  preview,
  onClose,
}: {
  readonly preview: Preview;
  readonly onClose: () => void;
}) {
  const { headers, rows } = preview;
  return (
    <Dialog open onClose={onClose} title={t("import.previewTitle", { count: rows.length })} width={960}>
      <section className={css.sheet} aria-label={t("import.previewTitle", { count: rows.length })}>
        <table>
          <thead>
            <tr>
              <td />
              {headers.map((header, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                <th key={index}>{header}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows do not move
              <tr key={row}>
                <td>{row + 1}</td>
                {headers.map((_, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                  <td key={index}>{cells[index] ?? ""}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Dialog>
  );
}

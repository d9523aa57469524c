import { ArrowDown } from "lucide-react";
import { Pill } from "@/ui/pill";
import css from "./pictures.module.css";

const letters = ["A", "B", "C", "D"];
const widths = [62, 44, 56, 38, 52];

function Bars({ rows, pill }: { readonly rows: number; readonly pill?: boolean }) {
  return Array.from({ length: rows }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rows of a picture
    <div key={row} className={css.row}>
      {letters.map((letter, column) => (
        <span key={letter}>
          {pill && column === 1 ? (
            <Pill small color={row % 2 ? "amber" : "green"}>
              {letters[row % 2]}
            </Pill>
          ) : (
            <i style={{ inlineSize: `${widths[(row * 2 + column) % widths.length]}%` }} />
          )}
        </span>
      ))}
    </div>
  ));
}

/** A sheet that becomes a table. */
export function FilePicture() {
  return (
    <div className={css.pair} aria-hidden="true">
      <div className={css.sheet} data-kind="sheet">
        <div className={css.row} data-head="true">
          {letters.map((letter) => (
            <span key={letter}>{letter}</span>
          ))}
        </div>
        <Bars rows={2} />
      </div>
      <span className={css.arrow}>
        <ArrowDown size={14} />
      </span>
      <div className={css.sheet}>
        <Bars rows={3} pill />
      </div>
    </div>
  );
}

/** An empty grid with its first cell chosen. */
export function GridPicture() {
  return (
    <div className={css.blank} aria-hidden="true">
      {Array.from({ length: 20 }, (_, cell) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells of a picture
        <span key={cell} data-on={cell === 5}>
          {cell > 0 && cell < 4 && <i style={{ inlineSize: `${widths[cell]}%` }} />}
        </span>
      ))}
    </div>
  );
}

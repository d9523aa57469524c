import { cx } from "@/lib/cx";
import { IconTile, NamedIcon } from "./icon-tile";
import css from "./miniature.module.css";
import { Pill } from "./pill";

export interface MiniColumn {
  readonly name: string;
  readonly kind: "title" | "text" | "pills" | "person" | "number" | "date" | "check";
  readonly pills?: readonly { readonly name: string; readonly color: string }[];
}

export interface MiniatureProps {
  readonly title: string;
  readonly icon: string | undefined;
  readonly color: string | undefined;
  readonly tables: readonly { readonly name: string; readonly icon?: string | undefined }[];
  readonly columns: readonly MiniColumn[];
  /** Which of the tables is shown. */
  readonly shown?: number;
  readonly className?: string | undefined;
}

const bars = [74, 58, 66, 48, 70, 54, 62, 44];
const picks = [0, 2, 1, 3, 0, 4, 2, 5];
const people = ["teal", "orange", "violet", "indigo", "pink"];

function Cell({ column, row }: { readonly column: MiniColumn; readonly row: number }) {
  const pill = column.pills?.[((picks[row] ?? 0) + column.name.length) % Math.max(1, column.pills.length)];
  const width = `${bars[(row * 3 + column.name.length) % bars.length]}%`;
  if (column.kind === "pills" && pill) {
    return (
      <Pill small color={pill.color}>
        {pill.name}
      </Pill>
    );
  }
  if (column.kind === "person") {
    return (
      <>
        <i className={css.dot} style={{ background: `var(--opt-${people[(row * 2) % people.length]})` }} />
        <i className={css.bar} style={{ inlineSize: 34 }} />
      </>
    );
  }
  return (
    <i
      className={cx(css.bar, column.kind === "title" && css.strong, column.kind === "number" && css.end)}
      style={{ inlineSize: width }}
    />
  );
}

/** A picture of an app, drawn from what it is made of; 640 × 420, scaled by the frame it stands in. */
export function Miniature({ title, icon, color, tables, columns, shown = 0, className }: MiniatureProps) {
  const table = tables[shown];
  const template = columns.map(({ kind }) => (kind === "title" ? "1.5fr" : "1fr")).join(" ");
  return (
    <div className={cx(css.frame, className)} aria-hidden="true">
      <div className={css.mini}>
        <div className={css.side}>
          <b>
            <IconTile icon={icon} color={color} size={18} />
            <span>{title}</span>
          </b>
          {tables.slice(0, 8).map((one, index) => (
            <span key={one.name} className={css.nav} data-on={index === shown}>
              <NamedIcon icon={one.icon} size={13} />
              <span>{one.name}</span>
            </span>
          ))}
        </div>
        <div className={css.main}>
          <div className={css.head}>
            <IconTile icon={table?.icon} color={color} size={20} />
            <b>{table?.name}</b>
          </div>
          <div className={cx(css.row, css.heads)} style={{ gridTemplateColumns: template }}>
            {columns.map((column) => (
              <span key={column.name}>{column.name}</span>
            ))}
          </div>
          {bars.map((_, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a picture
            <div key={row} className={css.row} style={{ gridTemplateColumns: template }}>
              {columns.map((column) => (
                <span key={column.name}>
                  <Cell column={column} row={row} />
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

import type { Formats } from "../format";
import { text } from "../paint/shapes";
import type { GridColumn } from "../types";
import type { CellPaint, FieldRenderer } from "./renderer";
import { drawLine, padding } from "./text";

const iconSize = 13;

type Show = (value: unknown, column: GridColumn, formats: Formats) => string;

function dated(show: Show, rest: Partial<FieldRenderer>): FieldRenderer {
  const format: FieldRenderer["format"] = (value, column, formats) =>
    value === null || value === undefined ? "" : show(value, column, formats);
  return {
    icon: "calendar",
    editor: "popover",
    draw(p) {
      const shown = format(p.value, p.column, p.formats, p.text);
      if (isOverdue(p, shown)) {
        drawOverdue(p, shown);
      } else {
        drawLine(p, shown, p.theme.text1);
      }
    },
    measure(p) {
      const shown = format(p.value, p.column, p.formats, p.text);
      return p.fit.width(p.theme.fonts.body, shown) + padding * 2 + (isOverdue(p, shown) ? iconSize + 6 : 0);
    },
    format,
    ...rest,
  };
}

export const dateRenderer = dated((value) => String(value), {});

export const dateTimeRenderer = dated(
  (value, column, formats) => formats.dateTime(value, column.options?.timeZone),
  { icon: "clock" },
);

export const systemTimeRenderer: FieldRenderer = {
  ...dateTimeRenderer,
  editor: "none",
  draw: (p) => drawLine(p, dateTimeRenderer.format(p.value, p.column, p.formats, p.text), p.theme.text2),
};

function isOverdue(p: CellPaint, shown: string): boolean {
  return p.column.options?.overdue === true && shown !== "" && shown.slice(0, 10) < p.today;
}

function drawOverdue(p: CellPaint, shown: string): void {
  const { body } = p.theme.fonts;
  const middle = p.y + p.line / 2;
  const fitted = p.fit.fit(body, shown, p.width - padding * 2);
  p.g.font = body;
  p.g.fillStyle = p.theme.bad;
  text(p.g, fitted, p.x + padding, middle);
  const x = p.x + padding + p.fit.width(body, fitted) + 6;
  if (x + iconSize <= p.x + p.width - 4) {
    p.icons.stroke(p.g, "alert", x, middle - iconSize / 2, iconSize, p.theme.bad);
  }
}

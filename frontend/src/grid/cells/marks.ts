import { checkBox } from "../paint/shapes";
import type { CellPaint, FieldRenderer } from "./renderer";
import { padding } from "./text";

const starSize = 15;
const starStep = 18;

const most = (p: { column: CellPaint["column"] }) => p.column.options?.max ?? 5;

/** Stars: typing a digit or clicking a star of the active cell sets it, the same star again clears it. */
export const ratingRenderer: FieldRenderer = {
  icon: "star",
  editor: "toggle",
  draw(p) {
    const value = Number(p.value ?? 0);
    if (value === 0 && !p.hovered) {
      return;
    }
    const y = p.y + (p.line - starSize) / 2;
    for (let i = 0; i < most(p); i++) {
      const color = i < value ? p.theme.star : p.theme.track;
      p.icons.fill(p.g, "star", p.x + padding + i * starStep, y, starSize, color);
    }
  },
  measure: (p) => most(p) * starStep + padding * 2,
  hit(p, x) {
    const star = Math.floor((x - p.x - padding) / starStep) + 1;
    if (star < 1 || star > most(p)) {
      return undefined;
    }
    return { kind: "set", value: star === p.value ? null : star };
  },
  toggle(value, column, typed) {
    if (typed === undefined) {
      const next = Number(value ?? 0) + 1;
      return next > most({ column }) ? null : next;
    }
    const digit = Number.parseInt(typed.normalize("NFKC"), 10);
    if (Number.isNaN(digit) || digit > most({ column })) {
      return undefined;
    }
    return digit === 0 ? null : digit;
  },
  format: (value) => (value === null || value === undefined ? "" : String(value)),
};

export const checkboxRenderer: FieldRenderer = {
  icon: "checkBox",
  editor: "toggle",
  draw(p) {
    checkBox(p, p.x + p.width / 2, p.y + p.line / 2, p.value === true ? "all" : "none");
  },
  measure: () => 60,
  hit(p, x, y) {
    const near = Math.abs(x - p.x - p.width / 2) <= 12 && Math.abs(y - p.y - p.line / 2) <= 12;
    return near ? { kind: "set", value: p.value !== true, instant: true } : undefined;
  },
  toggle: (value, _column, typed) => (typed === undefined ? value !== true : undefined),
  format: (value, _column, _formats, text) => (value === true ? text.yes : text.no),
};

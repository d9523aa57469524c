import type { Formats } from "../format";
import { fillRound, rightText } from "../paint/shapes";
import type { GridColumn } from "../types";
import type { CellPaint, FieldRenderer } from "./renderer";
import { padding } from "./text";

type Show = (value: unknown, column: GridColumn, formats: Formats) => string;

function numeric(icon: string, show: Show, edit: (value: unknown) => string): FieldRenderer {
  const format: FieldRenderer["format"] = (value, column, formats) =>
    value === null || value === undefined ? "" : show(value, column, formats);
  return {
    icon,
    editor: "inline",
    draw: (p) => drawRight(p, format(p.value, p.column, p.formats, p.text)),
    measure: (p) =>
      p.fit.width(p.theme.fonts.body, format(p.value, p.column, p.formats, p.text)) + padding * 2,
    format,
    edit: (value) => (value === null || value === undefined ? "" : edit(value)),
  };
}

export function drawRight(p: CellPaint, value: string): void {
  const { body } = p.theme.fonts;
  p.g.font = body;
  p.g.fillStyle = p.theme.text1;
  rightText(p.g, p.fit.fit(body, value, p.width - padding * 2), p.x + p.width - padding, p.y + p.line / 2);
}

const withUnit = (text: string, unit: string | undefined) => (unit ? `${text} ${unit}` : text);

export const numberRenderer = numeric(
  "hash",
  (value, { options }, formats) => withUnit(formats.number(value, options?.scale), options?.unit),
  String,
);

export const currencyRenderer = numeric(
  "currency",
  (value, { options }, formats) =>
    formats.currency(amount(value), options?.scale, code(value, options?.currency)),
  (value) => String(amount(value)),
);

const percentText = numeric(
  "percent",
  (value, { options }, formats) => formats.percent(value, options?.scale),
  (value) => `${Number((Number(value) * 100).toPrecision(12))}%`,
);

export const percentRenderer: FieldRenderer = {
  ...percentText,
  draw(p) {
    if (p.column.options?.bar === true && typeof p.value === "number" && p.width >= 96) {
      drawBar(p, p.value);
    } else {
      percentText.draw(p);
    }
  },
};

function drawBar(p: CellPaint, value: number): void {
  barPainter(p, value, p.formats.percent(value, p.column.options?.scale), 48);
}

/** A share as a bar with its figure, for which `room` is kept. */
export function barPainter(p: CellPaint, value: number, label: string, room: number): void {
  const width = p.width - padding * 2 - room;
  const y = p.y + p.line / 2 - 3;
  const share = Math.max(0, Math.min(1, value));
  fillRound(p.g, { x: p.x + padding, y, width, height: 6 }, 3, p.theme.track);
  if (share > 0) {
    const box = { x: p.x + padding, y, width: Math.max(6, width * share), height: 6 };
    fillRound(p.g, box, 3, barColor(p, share));
  }
  p.g.font = p.theme.fonts.body;
  p.g.fillStyle = p.theme.text2;
  rightText(p.g, label, p.x + p.width - padding, p.y + p.line / 2);
}

function barColor(p: CellPaint, share: number): string {
  if (share >= 0.6) {
    return p.theme.palette.green?.solid ?? p.theme.ok;
  }
  return share >= 0.35 ? (p.theme.palette.blue?.solid ?? p.theme.accent) : p.theme.box;
}

/** Money is a decimal string, or one with its own currency. */
function amount(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (value as { amount?: unknown }).amount : value;
}

function code(value: unknown, fallback: string | undefined): string {
  const own =
    typeof value === "object" && value !== null ? (value as { currency?: unknown }).currency : undefined;
  return typeof own === "string" ? own : (fallback ?? "CNY");
}

import { fillRound, text } from "../paint/shapes";
import type { CellPaint, FieldRenderer } from "./renderer";

export const padding = 10;
const lineHeight = 20;

/** Any value as one line of text. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) {
    return "";
  }
  if (Array.isArray(value)) {
    return value.map(plain).filter(Boolean).map(listed).join(", ");
  }
  if (typeof value === "object") {
    const { name } = value as { name?: unknown };
    return typeof name === "string" ? name : JSON.stringify(value);
  }
  return String(value);
}

/** A name that holds a separator is quoted, so that a list reads back as it was. */
function listed(name: string): string {
  return /[,、;\n"]/u.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

export function bodyFont(p: CellPaint): string {
  return p.strong ? p.theme.fonts.strong : p.theme.fonts.body;
}

/** One line of text; the hovered first column keeps room for its icon. */
export function drawLine(p: CellPaint, value: string, color: string): void {
  const font = bodyFont(p);
  const room = p.width - padding * 2 - (p.strong && p.hovered ? 22 : 0);
  p.g.font = font;
  p.g.fillStyle = color;
  text(p.g, p.fit.fit(font, value, room), p.x + padding, p.y + p.line / 2);
}

/** Bars in the place of a row that is not loaded. */
export function drawSkeleton(p: CellPaint, seed: number): void {
  const width = Math.min(p.width - padding * 2, 28 + ((seed * 37) % 90));
  fillRound(p.g, { x: p.x + padding, y: p.y + p.line / 2 - 5, width, height: 10 }, 5, p.theme.track);
}

export const textRenderer: FieldRenderer = {
  icon: "type",
  editor: "inline",
  draw(p) {
    if (p.height > 44) {
      drawWrapped(p, plain(p.value));
    } else {
      drawLine(p, plain(p.value), p.theme.text1);
    }
  },
  measure: (p) => p.fit.width(bodyFont(p), plain(p.value).slice(0, 200)) + padding * 2,
  format: (value) => plain(value),
};

export const longTextRenderer: FieldRenderer = { ...textRenderer, icon: "text", editor: "multiline" };

export const autoNumberRenderer: FieldRenderer = {
  ...textRenderer,
  icon: "idCard",
  editor: "none",
  draw: (p) => drawLine(p, plain(p.value), p.theme.text2),
};

function drawWrapped(p: CellPaint, value: string): void {
  const font = bodyFont(p);
  const lines = Math.max(1, Math.floor((p.height - 12) / lineHeight));
  p.g.font = font;
  p.g.fillStyle = p.theme.text1;
  for (const [i, line] of p.fit.wrap(font, value, p.width - padding * 2, lines).entries()) {
    text(p.g, line, p.x + padding, p.y + p.line / 2 + i * lineHeight);
  }
}

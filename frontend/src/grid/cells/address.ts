import { text } from "../paint/shapes";
import type { CellPaint, FieldRenderer } from "./renderer";
import { padding, plain } from "./text";

type Href = (value: string) => string | undefined;

/** Text that opens something when the active cell's text is clicked. */
function address(icon: string, href: Href): FieldRenderer {
  return {
    icon,
    editor: "inline",
    draw(p) {
      const shown = plain(p.value);
      if (shown === "") {
        return;
      }
      const { body } = p.theme.fonts;
      p.g.font = body;
      p.g.fillStyle = href(shown) === undefined ? p.theme.text1 : p.theme.accentText;
      text(p.g, p.fit.fit(body, shown, p.width - padding * 2), p.x + padding, p.y + p.line / 2);
    },
    measure: (p) => p.fit.width(p.theme.fonts.body, plain(p.value).slice(0, 200)) + padding * 2,
    hit(p, x) {
      const value = plain(p.value);
      const target = value === "" ? undefined : href(value);
      return target !== undefined && onText(p, value, x) ? { kind: "open", href: target } : undefined;
    },
    format: (value) => plain(value),
  };
}

function onText(p: CellPaint, value: string, x: number): boolean {
  const width = Math.min(p.width - padding * 2, p.fit.width(p.theme.fonts.body, value.slice(0, 200)));
  return x >= p.x + padding && x <= p.x + padding + width;
}

/** Only web addresses open: a cell may hold anything, such as "javascript:". */
export function webAddress(value: string): string | undefined {
  const full = /^[a-z][a-z0-9+.-]*:/iu.test(value) ? value : `https://${value}`;
  if (!URL.canParse(full)) {
    return undefined;
  }
  const { protocol, href } = new URL(full);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}

export const urlRenderer = address("web", webAddress);

export const emailRenderer = address("mail", (value) =>
  /^[^\s@]+@[^\s@]+$/u.test(value) ? `mailto:${encodeURIComponent(value).replace("%40", "@")}` : undefined,
);

export const phoneRenderer = address("phone", (value) => {
  const digits = value.replaceAll(/[^\d+]/gu, "");
  return digits.length >= 3 ? `tel:${digits}` : undefined;
});

/** Painters of rarer cells. They come with their field types, not with the grid. */
import { thumbOf } from "@/lib/thumb";
import { fillRound, strokeRound, text } from "../paint/shapes";
import { chips } from "./chips";
import { barPainter, drawRight } from "./number";
import { multiSelectRenderer } from "./pills";
import type { CellPaint, FieldRenderer } from "./renderer";
import { listOf, placeTags, type Tag, tagHeight, tagsWidth } from "./tags";
import { drawLine, longTextRenderer, padding, plain, textRenderer } from "./text";

/** What the column itself makes of a value. */
const said = (p: CellPaint) => p.column.format?.(p.value) ?? plain(p.value);

/** A line of what the column's format says. */
export function formatted(
  icon: string,
  right: boolean,
  editor: FieldRenderer["editor"] = "inline",
): FieldRenderer {
  return {
    icon,
    editor,
    draw: (p) => (right ? drawRight(p, said(p)) : drawLine(p, said(p), p.theme.text1)),
    measure: (p) => p.fit.width(p.theme.fonts.body, said(p).slice(0, 200)) + padding * 2,
    format: (value, column) => column.format?.(value) ?? plain(value),
  };
}

/** Text of which only the words show. */
export function words(icon: string, strip: (value: unknown) => string): FieldRenderer {
  return {
    ...longTextRenderer,
    icon,
    draw(p) {
      const { value } = p;
      p.value = strip(value);
      longTextRenderer.draw(p);
      p.value = value;
    },
    measure: (p) => p.fit.width(p.theme.fonts.body, strip(p.value).slice(0, 200)) + padding * 2,
    edit: (value) => String(value ?? ""),
  };
}

/** Codes that are read letter by letter. */
export const code = (icon: string): FieldRenderer => ({ ...textRenderer, icon });

/** A value for programs: what it holds in one muted line. */
export const dataRenderer: FieldRenderer = {
  ...formatted("braces", false, "multiline"),
  draw: (p) => drawLine(p, said(p), p.theme.text2),
  edit: (value) => (value === null || value === undefined ? "" : JSON.stringify(value, null, 2)),
};

/** A point or an address behind a pin. */
export function pinned(icon: string, show: (value: unknown) => string): FieldRenderer {
  return {
    ...formatted(icon, false),
    draw(p) {
      p.icons.stroke(p.g, icon, p.x + padding, p.y + p.line / 2 - 7, 14, p.theme.text4);
      p.x += 20;
      p.width -= 20;
      drawLine(p, show(p.value), p.theme.text1);
      p.x -= 20;
      p.width += 20;
    },
    measure: (p) => p.fit.width(p.theme.fonts.body, show(p.value)) + padding * 2 + 20,
  };
}

/** How far something has come, as a bar and its figure. */
export function progressRenderer(share: (p: CellPaint) => number): FieldRenderer {
  return {
    ...formatted("progress", true),
    draw(p) {
      const label = said(p);
      if (p.width >= 96) {
        barPainter(p, share(p), label, Math.ceil(p.fit.width(p.theme.fonts.body, label)) + 10);
      } else {
        drawRight(p, label);
      }
    },
    edit: (value) => (value === null || value === undefined ? "" : String(value)),
  };
}

/** The way to a node: those above it are muted. */
export const pathRenderer: FieldRenderer = {
  ...formatted("tree", false, "popover"),
  draw(p) {
    const [node] = listOf<{ name?: string; path?: readonly string[] }>(p.value);
    const names = node?.path ?? [node?.name ?? ""];
    const last = names.at(-1) ?? "";
    const up = names.slice(0, -1).join(" / ");
    const { body } = p.theme.fonts;
    const room = p.width - padding * 2;
    p.g.font = body;
    p.g.fillStyle = p.theme.text1;
    const own = p.fit.fit(body, last, room);
    const wide = p.fit.width(body, own);
    const lead = up === "" ? "" : `${up} / `;
    const leadWidth = lead === "" ? 0 : p.fit.width(body, lead);
    if (lead === "" || wide + leadWidth > room) {
      // The names above give way to the one that counts.
      const short = lead === "" || room - wide < 30 ? "" : p.fit.fit(body, lead, room - wide);
      const shift = short === "" ? 0 : p.fit.width(body, short);
      text(p.g, own, p.x + padding + shift, p.y + p.line / 2);
      p.g.fillStyle = p.theme.text3;
      text(p.g, short, p.x + padding, p.y + p.line / 2);
      return;
    }
    text(p.g, own, p.x + padding + leadWidth, p.y + p.line / 2);
    p.g.fillStyle = p.theme.text3;
    text(p.g, lead, p.x + padding, p.y + p.line / 2);
  },
};

/** A state: a pill; one that ends the work is ticked. */
export const statusRenderer: FieldRenderer = {
  ...multiSelectRenderer,
  icon: "status",
  draw(p) {
    multiSelectRenderer.draw(p);
    const [state] = listOf<{ name?: string; done?: boolean }>(p.value);
    if (state?.done === true) {
      const width = p.fit.width(p.theme.fonts.tag, state.name ?? "") + 16;
      const x = p.x + padding + width + 6;
      if (x + 14 <= p.x + p.width - 4) {
        p.icons.stroke(p.g, "check", x, p.y + p.line / 2 - 7, 14, p.theme.ok);
      }
    }
  },
};

/** Departments and roles behind their icon. */
export const groupRenderer = (icon: string, label?: (item: unknown) => string): FieldRenderer =>
  chips(icon, () => icon, label);

/** A button that acts on its record. */
export const buttonRenderer: FieldRenderer = {
  ...formatted("button", false, "none"),
  draw(p) {
    const { box, label } = buttonBox(p);
    fillRound(p.g, box, 6, p.theme.chip);
    strokeRound(p.g, box, 6, p.theme.line);
    p.g.font = p.theme.fonts.tag;
    p.g.fillStyle = p.theme.accentText;
    text(p.g, label, box.x + 10, box.y + box.height / 2);
  },
  measure: (p) => buttonBox({ ...p, width: 400 }).box.width + padding * 2,
  hit(p, x, y) {
    const { box } = buttonBox(p);
    const on = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    return on ? { kind: "part", id: "button", instant: true } : undefined;
  },
};

function buttonBox(p: CellPaint) {
  const font = p.theme.fonts.tag;
  const label = p.fit.fit(font, said(p), p.width - padding * 2 - 20);
  const width = Math.ceil(p.fit.width(font, label)) + 20;
  return { label, box: { x: p.x + padding, y: p.y + (p.line - 24) / 2, width, height: 24 } };
}

interface Picture {
  readonly id: string;
  readonly name?: string;
  readonly url?: string;
  readonly size?: number;
}

/** Pictures side by side, as small as the row. */
export function picturesRenderer(
  icon: string,
  get: (url: string) => CanvasImageSource | undefined,
  wide: number,
): FieldRenderer {
  const tagsOf = (p: CellPaint): Tag[] =>
    listOf<Picture>(p.value).map(({ id, name = "" }) => ({ id, label: name, width: wide }));
  return {
    icon,
    editor: "popover",
    draw(p) {
      const pictures = listOf<Picture>(p.value);
      for (const box of placeTags(p, tagsOf(p))) {
        const picture = pictures[box.index];
        const frame = { x: box.x, y: box.y - 2, width: box.width, height: tagHeight + 4 };
        fillRound(p.g, frame, 4, p.theme.chip);
        const image = picture?.url === undefined ? undefined : get(thumbOf(picture.url, 96));
        if (image === undefined) {
          p.icons.stroke(p.g, "image", box.x + box.width / 2 - 7, box.y + 4, 14, p.theme.text4);
        } else {
          drawCover(p.g, image, frame);
        }
        strokeRound(p.g, frame, 4, p.theme.line);
      }
    },
    measure: (p) => tagsWidth(tagsOf(p)),
    hit(p, x, y) {
      const pictures = listOf<Picture>(p.value);
      const at = placeTags(p, tagsOf(p)).find(
        (box) => x >= box.x && x < box.x + box.width && y >= box.y - 2 && y < box.y + tagHeight + 2,
      );
      const id = at && pictures[at.index]?.id;
      return id === undefined ? undefined : { kind: "part", id };
    },
    format: (value) => plain(value),
  };
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Fills the frame with the middle of a picture. */
function drawCover(g: CanvasRenderingContext2D, image: CanvasImageSource, frame: Frame): void {
  const { width, height } = image as { width: number; height: number };
  const scale = Math.max(frame.width / width, frame.height / height);
  const [w, h] = [frame.width / scale, frame.height / scale];
  g.save();
  g.beginPath();
  g.roundRect(frame.x, frame.y, frame.width, frame.height, 4);
  g.clip();
  g.drawImage(image, (width - w) / 2, (height - h) / 2, w, h, frame.x, frame.y, frame.width, frame.height);
  g.restore();
}

/** A computed cell: like another, never edited, and a code where it could not be worked out. */
export function computedRenderer(
  of: FieldRenderer,
  failed: (value: unknown) => string | undefined,
  meaning: (code: string) => string | undefined,
): FieldRenderer {
  const { toggle: _toggle, edit: _edit, hit, ...rest } = of;
  return {
    ...rest,
    editor: "none",
    draw(p) {
      const code = failed(p.value);
      if (code === undefined) {
        of.draw(p);
      } else {
        drawLine(p, code, p.theme.text3);
      }
    },
    tip(value) {
      const code = failed(value);
      return code === undefined ? undefined : meaning(code);
    },
    measure: (p) => (failed(p.value) === undefined ? of.measure(p) : 80),
    ...(hit && {
      hit(p: CellPaint, x: number, y: number) {
        const action = failed(p.value) === undefined ? hit(p, x, y) : undefined;
        return action?.kind === "set" ? undefined : action;
      },
    }),
    format: (value, column, formats, texts) => failed(value) ?? of.format(value, column, formats, texts),
  };
}

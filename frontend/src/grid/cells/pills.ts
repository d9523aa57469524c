import { fillRound, text } from "../paint/shapes";
import { optionColor } from "../theme";
import type { CellPaint, FieldRenderer } from "./renderer";
import { drawMore, listOf, placeTags, type Tag, tagHeight, tagsWidth } from "./tags";
import { plain } from "./text";

interface Option {
  readonly id?: string;
  readonly name?: string;
  readonly color?: string;
}

const inset = 8;

/** One pill, cut to a width. */
export function drawPill(p: CellPaint, label: string, color: string | undefined, box: Box): void {
  const { bg, fg } = optionColor(p.theme, color);
  const font = p.theme.fonts.tag;
  fillRound(p.g, { ...box, height: tagHeight }, 6, bg);
  p.g.font = font;
  p.g.fillStyle = fg;
  text(p.g, p.fit.fit(font, label, box.width - inset * 2 + 1), box.x + inset, box.y + tagHeight / 2);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function tagsOf(p: CellPaint): Tag[] {
  return listOf<Option | string>(p.value).map((option) => {
    const label = plain(option);
    const width = Math.ceil(p.fit.width(p.theme.fonts.tag, label)) + inset * 2;
    return { id: (typeof option === "object" ? option.id : undefined) ?? label, label, width };
  });
}

/** Options as pills in their colours. */
export const multiSelectRenderer: FieldRenderer = {
  icon: "tags",
  editor: "popover",
  draw(p) {
    const options = listOf<Option | string>(p.value);
    if (options.length === 0) {
      return;
    }
    const placed = placeTags(p, tagsOf(p));
    for (const box of placed) {
      const option = options[box.index];
      drawPill(p, plain(option), typeof option === "object" ? option.color : undefined, box);
    }
    drawMore(p, placed, options.length);
  },
  measure: (p) => tagsWidth(tagsOf(p)),
  format: (value) => plain(value),
};

export const singleSelectRenderer: FieldRenderer = { ...multiSelectRenderer, icon: "circleDot" };

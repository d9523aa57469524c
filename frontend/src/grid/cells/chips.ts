import { fillRound, strokeRound, text } from "../paint/shapes";
import type { CellPaint, FieldRenderer } from "./renderer";
import { drawMore, listOf, type Placed, placeTags, type Tag, tagAt, tagHeight, tagsWidth } from "./tags";
import { plain } from "./text";

interface Item {
  readonly id: string;
  readonly name?: string;
  readonly type?: string;
}

const inset = 8;
const iconSize = 12;
const iconGap = 5;

type IconOf = (item: Item, p: CellPaint) => string | undefined;

export function chips(
  icon: string,
  iconOf: IconOf,
  labelOf: (item: unknown) => string = plain,
): FieldRenderer {
  const tagsOf = (p: CellPaint): Tag[] =>
    listOf<Item>(p.value).map((item) => {
      const label = labelOf(item);
      const lead = iconOf(item, p) === undefined ? 0 : iconSize + iconGap;
      return {
        id: item.id,
        label,
        width: Math.ceil(p.fit.width(p.theme.fonts.tag, label)) + inset * 2 + lead,
      };
    });
  return {
    icon,
    editor: "popover",
    draw(p) {
      const items = listOf<Item>(p.value);
      if (items.length === 0) {
        return;
      }
      const placed = placeTags(p, tagsOf(p));
      for (const box of placed) {
        const item = items[box.index];
        if (item !== undefined) {
          drawChip(p, labelOf(item), iconOf(item, p), box);
        }
      }
      drawMore(p, placed, items.length);
    },
    measure: (p) => tagsWidth(tagsOf(p)),
    hit(p, x, y) {
      const tag = tagAt(p, tagsOf(p), x, y);
      return tag && { kind: "part", id: tag.id };
    },
    format: (value) => plain(value),
  };
}

function drawChip(p: CellPaint, label: string, icon: string | undefined, box: Placed): void {
  const { g, theme } = p;
  const font = theme.fonts.tag;
  const frame = { x: box.x, y: box.y, width: box.width, height: tagHeight };
  fillRound(g, frame, 6, theme.chip);
  strokeRound(g, frame, 6, theme.line);
  let x = box.x + inset;
  if (icon !== undefined) {
    p.icons.stroke(g, icon, x, box.y + (tagHeight - iconSize) / 2, iconSize, theme.text4);
    x += iconSize + iconGap;
  }
  g.font = font;
  g.fillStyle = theme.text2;
  text(g, p.fit.fit(font, label, box.x + box.width - inset - x + 1), x, box.y + tagHeight / 2);
}

export const linkRenderer = chips("link", (_item, p) => p.column.options?.chipIcon);

export const attachmentRenderer = chips("paperclip", (item) =>
  item.type?.startsWith("image/") === true ? "image" : "file",
);

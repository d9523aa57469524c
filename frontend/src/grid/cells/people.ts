import { text } from "../paint/shapes";
import { optionColor, personKey } from "../theme";
import type { CellPaint, FieldRenderer } from "./renderer";
import { drawMore, listOf, placeTags, type Tag, tagHeight, tagsWidth } from "./tags";
import { plain } from "./text";

interface Person {
  readonly id: string;
  readonly name?: string;
}

const nameGap = 6;
const size = 22;

/** The one letter that stands for a name. */
export function initial(name: string): string {
  return [...name.trim()][0]?.toLocaleUpperCase() ?? "?";
}

/** A round badge in the colour of the person. */
export function drawAvatar(
  p: Pick<CellPaint, "g" | "theme">,
  person: { readonly id: string; readonly name: string },
  x: number,
  y: number,
): void {
  const { g } = p;
  g.fillStyle = optionColor(p.theme, personKey(person.id)).solid;
  g.beginPath();
  g.arc(x + size / 2, y + size / 2, size / 2, 0, Math.PI * 2);
  g.fill();
  g.fillStyle = "rgb(0 0 0 / 12%)"; // the letter is white: the same shade as on the pages
  g.fill();
  g.font = p.theme.fonts.badge;
  g.fillStyle = "#fff";
  g.textAlign = "center";
  g.fillText(initial(person.name), x + size / 2, y + size / 2 + 4);
  g.textAlign = "left";
}

function tagsOf(p: CellPaint): Tag[] {
  return listOf<Person>(p.value).map((person) => {
    const label = plain(person);
    return {
      id: person.id,
      label,
      width: Math.ceil(p.fit.width(p.theme.fonts.body, label)) + size + nameGap + 2,
    };
  });
}

export const userRenderer: FieldRenderer = {
  icon: "user",
  editor: "popover",
  draw(p) {
    const tags = tagsOf(p);
    const { body } = p.theme.fonts;
    const placed = placeTags(p, tags);
    for (const box of placed) {
      const tag = tags[box.index];
      if (tag !== undefined) {
        drawAvatar(p, { id: tag.id, name: tag.label }, box.x, box.y);
        p.g.font = body;
        p.g.fillStyle = p.theme.text1;
        const label = p.fit.fit(body, tag.label, box.width - size - nameGap + 1);
        text(p.g, label, box.x + size + nameGap, box.y + tagHeight / 2);
      }
    }
    drawMore(p, placed, tags.length);
  },
  measure: (p) => tagsWidth(tagsOf(p)),
  format: (value) => plain(value),
};

export const systemUserRenderer: FieldRenderer = { ...userRenderer, editor: "none" };

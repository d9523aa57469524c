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

/** One letter for Chinese names, up to two for others. */
export function initials(name: string): string {
  const letters = [...name.trim()];
  const first = letters[0] ?? "";
  if (/\p{Script=Han}/u.test(first)) {
    return first;
  }
  const words = name.trim().split(/\s+/u);
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
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
  g.font = p.theme.fonts.badge;
  g.fillStyle = "#fff";
  g.textAlign = "center";
  g.fillText(initials(person.name), x + size / 2, y + size / 2 + 4);
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

/** Place and look of the text field. */
import type { GridCore } from "../core";
import type { Rect } from "../types";
import { headerHeight } from "../view";

const leastWidth = 120;
const mostHeight = 220;
const rightAligned = new Set(["number", "decimal", "currency", "money", "percent"]);

export function showField({ dom: { input } }: GridCore, type: string, multiline: boolean): void {
  input.dataset.open = rightAligned.has(type) ? "right" : "";
  if (multiline) {
    input.dataset.wrap = "";
  }
  input.inputMode = "";
  input.focus({ preventScroll: true });
}

/** Over a cell whose editor lists what fits, the field is seen while it holds text; answers whether. */
export function showTyped({ dom: { input } }: GridCore): boolean {
  if (input.value === "") {
    delete input.dataset.open;
  } else {
    input.dataset.open = "";
  }
  return input.value !== "";
}

export function hideField({ dom: { input } }: GridCore): void {
  input.value = "";
  delete input.dataset.open;
  delete input.dataset.wrap;
  delete input.dataset.refused;
}

/** Puts the field on a cell, inside the visible part: browsers scroll to a field that is typed into. */
export function placeField(
  { view, dom: { input } }: GridCore,
  cell: Rect,
  open: boolean,
  multiline: boolean,
): void {
  const least = cell.height + 1;
  let width = open ? Math.max(cell.width + 1, leastWidth) : cell.width;
  input.style.width = `${width}px`;
  input.style.height = `${least}px`;
  if (open && !multiline && input.scrollWidth > input.clientWidth) {
    width = Math.min(input.scrollWidth + 8, view.width - 16);
  }
  const x = Math.max(0, Math.min(cell.x - 1, view.width - width));
  const y = Math.max(headerHeight - 1, Math.min(cell.y - 1, view.bottom - 40));
  input.style.width = `${width}px`;
  input.style.transform = `translate(${x}px, ${y}px)`;
  if (open && multiline && input.scrollHeight > least) {
    const most = Math.min(mostHeight, Math.max(least, view.bottom - y));
    input.style.height = `${Math.min(most, input.scrollHeight + 4)}px`;
  }
}

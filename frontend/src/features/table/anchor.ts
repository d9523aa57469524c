import type { Rect } from "@/grid/types";

/** A rectangle of the canvas as something a popup can stand at. */
export function anchorOf({ x, y, width, height }: Rect) {
  return { getBoundingClientRect: () => new DOMRect(x, y, width, height) };
}

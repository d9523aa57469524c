/** Small drawing helpers. */
import type { IconPainter } from "../icons";
import type { GridTheme } from "../theme";

/** Distance from the middle of a line to the baseline of 13 px text. */
const baseline = 5;

/** Draws text with its middle at a height. The font must be set. */
export function text(g: CanvasRenderingContext2D, value: string, x: number, middle: number): void {
  g.fillText(value, x, Math.round(middle) + baseline);
}

/** The same for 11 and 12 px text. */
export function smallText(g: CanvasRenderingContext2D, value: string, x: number, middle: number): void {
  g.fillText(value, x, Math.round(middle) + baseline - 1);
}

export function rightText(g: CanvasRenderingContext2D, value: string, right: number, middle: number): void {
  g.textAlign = "right";
  text(g, value, right, middle);
  g.textAlign = "left";
}

export function fillRound(
  g: CanvasRenderingContext2D,
  box: { x: number; y: number; width: number; height: number },
  radius: number,
  color: string,
): void {
  g.fillStyle = color;
  g.beginPath();
  g.roundRect(box.x, box.y, box.width, box.height, radius);
  g.fill();
}

/** A line of one pixel inside the rectangle. */
export function strokeRound(
  g: CanvasRenderingContext2D,
  box: { x: number; y: number; width: number; height: number },
  radius: number,
  color: string,
): void {
  g.strokeStyle = color;
  g.lineWidth = 1;
  g.beginPath();
  g.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, radius);
  g.stroke();
}

interface BoxPaint {
  readonly g: CanvasRenderingContext2D;
  readonly theme: GridTheme;
  readonly icons: IconPainter;
}

/** A tick box of 14 px with its middle at a point. */
export function checkBox(p: BoxPaint, x: number, y: number, state: "none" | "some" | "all"): void {
  const { g, theme } = p;
  const box = { x: Math.round(x) - 7, y: Math.round(y) - 7, width: 14, height: 14 };
  if (state === "none") {
    g.strokeStyle = theme.box;
    g.lineWidth = 1.5;
    g.beginPath();
    g.roundRect(box.x + 0.75, box.y + 0.75, 12.5, 12.5, 3.5);
    g.stroke();
    return;
  }
  fillRound(g, box, 4, theme.accent);
  g.strokeStyle = theme.onAccent;
  g.lineWidth = 1.75;
  g.lineCap = "round";
  g.lineJoin = "round";
  g.beginPath();
  if (state === "all") {
    g.moveTo(box.x + 3.5, box.y + 7.25);
    g.lineTo(box.x + 6, box.y + 9.75);
    g.lineTo(box.x + 10.5, box.y + 4.75);
  } else {
    g.moveTo(box.x + 4, box.y + 7);
    g.lineTo(box.x + 10, box.y + 7);
  }
  g.stroke();
}

/** Clips to a rectangle, draws, and takes the clip away. */
export function clipped(
  g: CanvasRenderingContext2D,
  box: { x: number; y: number; width: number; height: number },
  draw: () => void,
): void {
  if (box.width <= 0 || box.height <= 0) {
    return;
  }
  g.save();
  g.beginPath();
  g.rect(box.x, box.y, box.width, box.height);
  g.clip();
  draw();
  g.restore();
}

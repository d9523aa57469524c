/** One drawing of the whole grid, from the back to the front. */
import { headerHeight } from "../view";
import { drawAddRows, drawGroupBands, drawGroupLabels } from "./bands";
import { drawColumns, drawRowHeads, drawRowLines } from "./body";
import { drawFooter, drawHeader } from "./edges";
import { bodyBox, type Frame, tableRight } from "./frame";
import {
  drawActive,
  drawColumnDrag,
  drawFlashes,
  drawFrozenShadow,
  drawPresence,
  drawRange,
} from "./overlay";
import { clipped } from "./shapes";

export function paintGrid(f: Frame): void {
  const { g, theme } = f.paint;
  const { width, height } = f.view;
  g.fillStyle = theme.panel;
  g.fillRect(0, 0, width, height);
  g.textBaseline = "alphabetic";
  g.textAlign = "left";
  clipped(g, bodyBox(f), () => paintBody(f));
  drawFlashes(f);
  drawRange(f);
  drawPresence(f);
  drawActive(f);
  drawHeader(f);
  drawFooter(f);
  drawFrozenShadow(f);
  drawColumnDrag(f);
}

function paintBody(f: Frame): void {
  const { g, theme } = f.paint;
  const { frozenWidth } = f.view.cols;
  const right = tableRight(f);
  drawColumns(f, "scrolling");
  drawGroupBands(f);
  g.fillStyle = theme.panel;
  for (const line of f.lines) {
    if (line.kind === "record") {
      g.fillRect(0, f.view.screenY(line.y), frozenWidth, line.height);
    }
  }
  drawColumns(f, "frozen");
  drawRowHeads(f);
  drawGroupLabels(f);
  drawAddRows(f);
  drawRowLines(f, Math.max(right, frozenWidth));
  if (right < f.view.width) {
    g.fillStyle = theme.lineGrid;
    for (const line of f.lines) {
      if (line.kind === "group") {
        g.fillRect(right, Math.round(f.view.screenY(line.y + line.height)) - 1, f.view.width - right, 1);
      }
    }
  }
  g.fillStyle = theme.line;
  g.fillRect(0, headerHeight - 1, f.view.width, 1);
}

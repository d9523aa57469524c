/** Follows a pressed pointer, scrolling when it comes near an edge. */
import type { GridCore } from "../core";
import { headerHeight } from "../view";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface DragActions {
  move(at: Point): void;
  /** `moved`: it was a drag, not a click. */
  end(at: Point, moved: boolean): void;
}

const threshold = 4;
const zone = 24;

export class Drag {
  private at: Point;
  private moved = false;
  private frame = 0;
  private readonly core: GridCore;
  private readonly start: Point;
  private readonly actions: DragActions;
  private readonly vertical: boolean;

  constructor(core: GridCore, start: Point, actions: DragActions, vertical: boolean) {
    this.core = core;
    this.start = start;
    this.at = start;
    this.actions = actions;
    this.vertical = vertical;
  }

  move(at: Point): void {
    this.at = at;
    if (!this.moved && Math.hypot(at.x - this.start.x, at.y - this.start.y) < threshold) {
      return;
    }
    this.moved = true;
    this.actions.move(at);
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(this.autoScroll);
    }
  }

  end(): void {
    this.stop();
    this.actions.end(this.at, this.moved);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  private readonly autoScroll = (): void => {
    this.frame = 0;
    const { view } = this.core;
    const dx = beyond(this.at.x, view.cols.frozenWidth, view.width);
    const dy = this.vertical ? beyond(this.at.y, headerHeight, view.bottom) : 0;
    const leftward = this.at.x < view.cols.frozenWidth && this.start.x < view.cols.frozenWidth;
    const left = leftward ? 0 : dx;
    if (left !== 0 || dy !== 0) {
      this.core.scrollTo(view.scroll.top + dy, Math.max(0, view.left + left));
      this.actions.move(this.at);
      this.frame = requestAnimationFrame(this.autoScroll);
    }
  };
}

/** Pixels to scroll in this frame, more the further the pointer is outside. */
function beyond(at: number, low: number, high: number): number {
  if (at < low + zone) {
    return Math.max(-60, (at - low - zone) / 2);
  }
  return at > high - zone ? Math.min(60, (at - high + zone) / 2) : 0;
}

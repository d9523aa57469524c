/**
 * Maps a native scroll position to a height that may be larger than what browsers
 * allow for an element. Small moves go one to one; jumps go in proportion.
 */
const maxElement = 15_000_000;

export class ScrollMap {
  private native = 0;
  private virtual = 0;
  private content = 0;
  private viewport = 0;

  /** Height of the element that is scrolled over. */
  get elementHeight(): number {
    return Math.min(this.content, maxElement);
  }

  get top(): number {
    return this.virtual;
  }

  /** Sets the sizes; the position stays as far as it can. */
  resize(content: number, viewport: number): void {
    this.content = content;
    this.viewport = viewport;
    this.virtual = clamp(this.virtual, 0, this.maxVirtual);
  }

  /** Takes a native scroll position and returns the real one. */
  scrolled(native: number): number {
    const delta = native - this.native;
    this.native = native;
    if (!this.scaled) {
      this.virtual = native;
    } else if (native <= 0) {
      this.virtual = 0;
    } else if (native >= this.maxNative) {
      this.virtual = this.maxVirtual;
    } else if (Math.abs(delta) < this.viewport * 2) {
      this.virtual = clamp(this.virtual + delta, 0, this.maxVirtual);
    } else {
      this.virtual = (native / this.maxNative) * this.maxVirtual;
    }
    return this.virtual;
  }

  /** Goes to a real position and returns the native one to set. */
  goTo(top: number): number {
    this.virtual = clamp(top, 0, this.maxVirtual);
    return this.settle();
  }

  /** The native position that fits the real one; set it when scrolling has paused. */
  settle(): number {
    this.native = this.scaled ? Math.round((this.virtual / this.maxVirtual) * this.maxNative) : this.virtual;
    return this.native;
  }

  get scaled(): boolean {
    return this.content > maxElement;
  }

  private get maxNative(): number {
    return Math.max(1, this.elementHeight - this.viewport);
  }

  private get maxVirtual(): number {
    return Math.max(0, this.content - this.viewport);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

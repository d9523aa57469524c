/** Small pictures for the grid: fetched once, scaled down, drawn when they have come. */

const most = 400;
const side = 128;

class Pictures {
  private readonly known = new Map<string, ImageBitmap | "coming" | "failed">();
  private readonly listeners = new Set<() => void>();
  private queue: string[] = [];
  private running = 0;

  /** The picture, or undefined until it is there. */
  readonly get = (url: string): ImageBitmap | undefined => {
    const found = this.known.get(url);
    if (found === undefined) {
      this.known.set(url, "coming");
      this.queue.push(url);
      this.next();
    }
    return typeof found === "object" ? found : undefined;
  };

  subscribe(redraw: () => void): () => void {
    this.listeners.add(redraw);
    return () => this.listeners.delete(redraw);
  }

  private next(): void {
    // What was asked for last is on screen.
    const url = this.running < 4 ? this.queue.pop() : undefined;
    if (url !== undefined) {
      this.running += 1;
      void this.fetch(url).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  private async fetch(url: string): Promise<void> {
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      const whole = await createImageBitmap(await answer.blob());
      const scale = Math.min(1, side / Math.max(1, Math.min(whole.width, whole.height)));
      const small = await createImageBitmap(whole, {
        resizeWidth: Math.max(1, Math.round(whole.width * scale)),
        resizeHeight: Math.max(1, Math.round(whole.height * scale)),
        resizeQuality: "medium",
      });
      whole.close();
      this.keep(url, small);
    } catch {
      this.known.set(url, "failed");
    }
    for (const redraw of this.listeners) {
      redraw();
    }
  }

  private keep(url: string, picture: ImageBitmap): void {
    this.known.delete(url);
    this.known.set(url, picture);
    if (this.known.size > most) {
      const [oldest] = this.known.keys();
      if (oldest !== undefined) {
        this.known.delete(oldest);
      }
    }
  }
}

export const pictures = new Pictures();

/** Ticked rows of any number: some by id, or all but some. */
import type { CheckedRows } from "./types";

export class Checks {
  private all = false;
  private ids = new Set<string>();

  has(id: string): boolean {
    return this.ids.has(id) !== this.all;
  }

  set(id: string, on: boolean): void {
    if (on === this.all) {
      this.ids.delete(id);
    } else {
      this.ids.add(id);
    }
  }

  setAll(on: boolean): void {
    this.all = on;
    this.ids = new Set();
  }

  /** none, some or all of so many rows. */
  state(rows: number): "none" | "some" | "all" {
    const count = this.count(rows);
    if (count === 0) {
      return "none";
    }
    return count >= rows ? "all" : "some";
  }

  read(rows: number): CheckedRows {
    return { all: this.all, ids: new Set(this.ids), count: this.count(rows) };
  }

  private count(rows: number): number {
    return this.all ? Math.max(0, rows - this.ids.size) : this.ids.size;
  }
}

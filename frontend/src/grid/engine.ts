/** The grid without React. Work in progress: draws nothing yet. */
import { Checks } from "./checks";
import { createDom, type GridDom } from "./dom";
import type { CellRef, CheckedRows, GridApi, GridOptions, GridSelection, Rect } from "./types";
import { GridView } from "./view";

export class GridEngine implements GridApi {
  readonly view: GridView;
  readonly dom: GridDom;
  private readonly checks = new Checks();

  constructor(root: HTMLElement, options: GridOptions) {
    this.view = new GridView(options);
    this.dom = createDom(root);
  }

  update(options: GridOptions): void {
    this.view.options = options;
  }

  destroy(): void {
    this.dom.root.replaceChildren();
  }

  focus(): void {
    this.dom.input.focus({ preventScroll: true });
  }

  select(_row: number, _key?: string): void {}

  selection(): GridSelection | undefined {
    return undefined;
  }

  edit(): void {}

  scrollTo(_row: number, _key?: string): void {}

  flash(_cells: readonly CellRef[], _kind: "reject" | "remote"): void {}

  checked(): CheckedRows {
    return this.checks.read(this.view.rows.count);
  }

  clearChecked(): void {
    this.checks.setAll(false);
  }

  cellRect(_row: number, _key: string): Rect | undefined {
    return undefined;
  }

  async copy(): Promise<void> {}

  redraw(): void {}
}

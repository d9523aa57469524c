import { type CDPSession, expect, type Locator, type Page } from "@playwright/test";

/** The grid of a table in words of the product: read as screen readers do, worked as people do. */
export class Grid {
  readonly page: Page;
  /** What screen readers get of the canvas. */
  readonly mirror: Locator;
  /** The text field that has the focus while the grid has it. */
  readonly input: Locator;
  private cdp: CDPSession | undefined;

  constructor(page: Page) {
    this.page = page;
    this.mirror = page.getByRole("grid").first();
    this.input = page.locator("textarea[aria-controls^=grid-]");
  }

  /** Waits until the first row is there. */
  async ready(): Promise<void> {
    await expect(this.mirror.locator('[role=row][aria-rowindex="2"] [aria-readonly]').first()).toBeAttached();
  }

  /** The index of a column that is on screen, from 1. */
  async column(title: string): Promise<number> {
    const head = this.mirror.locator("[role=columnheader]").filter({ hasText: exactly(title) });
    return Number(await head.getAttribute("aria-colindex"));
  }

  /** A cell by its column's name and its row, from 1. */
  async cell(title: string, row: number): Promise<Locator> {
    return this.at(await this.column(title), row);
  }

  at(column: number, row: number): Locator {
    return this.mirror.locator(`[role=row][aria-rowindex="${row + 1}"] [aria-colindex="${column}"]`);
  }

  async text(title: string, row: number): Promise<string> {
    return (await (await this.cell(title, row)).textContent()) ?? "";
  }

  /** All cells of a column that are on screen, from top to bottom. */
  async texts(title: string): Promise<string[]> {
    const column = await this.column(title);
    return this.mirror.locator(`[role=gridcell][aria-colindex="${column}"]`).allTextContents();
  }

  titles(): Promise<string[]> {
    return this.mirror.locator("[role=columnheader]").allTextContents();
  }

  /** How many records the view has. */
  async count(): Promise<number> {
    return Number(await this.mirror.getAttribute("aria-rowcount")) - 1;
  }

  async expectCount(count: number): Promise<void> {
    await expect(this.mirror).toHaveAttribute("aria-rowcount", String(count + 1));
  }

  async expectText(title: string, row: number, text: string | RegExp, timeout = 10_000): Promise<void> {
    await expect(await this.cell(title, row)).toHaveText(text, { timeout });
  }

  async focus(): Promise<void> {
    await this.input.focus();
  }

  /** Makes a cell the active one by keys alone. Columns must be on screen at the left. */
  async select(title: string, row: number): Promise<void> {
    await this.focus();
    await this.page.keyboard.press("Home");
    await this.page.keyboard.press("Control+Home");
    const column = await this.columnFromStart(title);
    for (let i = 1; i < column; i++) {
      await this.page.keyboard.press("ArrowRight");
    }
    for (let i = 1; i < row; i++) {
      await this.page.keyboard.press("ArrowDown");
    }
    await this.expectActive(column, row);
  }

  private async columnFromStart(title: string): Promise<number> {
    const head = this.mirror.locator("[role=columnheader]").filter({ hasText: exactly(title) });
    await expect(head).toBeAttached();
    return this.column(title);
  }

  /** Waits until the grid says that a cell is the active one. */
  async expectActive(column: number, row: number): Promise<void> {
    await expect(this.input).toHaveAttribute(
      "aria-activedescendant",
      new RegExp(`-${row - 1}-${column - 1}$`),
    );
  }

  /** Types over the active cell and commits with Enter. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
  }

  /** Where the active cell is on the page. */
  async rect(): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.input.boundingBox();
    if (box === null) {
      throw new Error("the grid has no active cell on screen");
    }
    return box;
  }

  canvas(): Promise<{ x: number; y: number; width: number; height: number }> {
    return this.page
      .locator("canvas")
      .first()
      .boundingBox()
      .then((box) => box ?? { x: 0, y: 0, width: 0, height: 0 });
  }

  /** Opens the menu of the active cell's column. */
  async columnMenu(): Promise<Locator> {
    await this.page.keyboard.press("Alt+ArrowDown");
    const menu = this.page.getByRole("menu");
    await expect(menu).toBeVisible();
    return menu;
  }

  /** Shows what an input method composes. */
  async compose(text: string): Promise<void> {
    const at = text.length;
    await (await this.session()).send("Input.imeSetComposition", {
      text,
      selectionStart: at,
      selectionEnd: at,
    });
  }

  /** Ends a composition with a text, as an input method does. */
  async insert(text: string): Promise<void> {
    await (await this.session()).send("Input.insertText", { text });
  }

  /** Enter as browsers report it while an input method uses it. */
  async composedEnter(): Promise<void> {
    const key = { windowsVirtualKeyCode: 229, key: "Enter", code: "Enter" };
    const session = await this.session();
    await session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
    await session.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  }

  private async session(): Promise<CDPSession> {
    this.cdp ??= await this.page.context().newCDPSession(this.page);
    return this.cdp;
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}

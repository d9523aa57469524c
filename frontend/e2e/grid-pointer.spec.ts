import { type CDPSession, expect, test } from "@playwright/test";
import type { ViteDevServer } from "vite";
import { GridDriver, serveDemo } from "./grid-driver";

let server: ViteDevServer;
let grid: GridDriver;

test.beforeAll(async () => {
  server = await serveDemo();
});
test.afterAll(async () => {
  await server.close();
});
test.beforeEach(({ page }) => {
  grid = new GridDriver(page, server);
});

/** Scrolls for 240 frames and returns the mean and the 99th percentile of a frame in ms. */
function scrollFrames(): Promise<{ mean: number; p99: number }> {
  return new Promise((done) => {
    const scroller = document.querySelector("canvas")?.parentElement;
    const frames: number[] = [];
    let last = performance.now();
    const step = (now: number) => {
      frames.push(now - last);
      last = now;
      if (!scroller || frames.length > 240) {
        const sorted = frames.slice(1).sort((a, b) => a - b);
        const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
        done({ mean, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 });
        return;
      }
      scroller.scrollTop += 173;
      scroller.scrollLeft += frames.length % 80 < 40 ? 31 : -31;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/** Processor time of the page's processes so far, in ms. */
async function processorTime(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo
    .filter(({ type }) => type === "renderer")
    .reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

test("scrolls 100,000 × 30 with a mean frame of at most 25 ms", async ({ page, browser }) => {
  const session = await browser.newBrowserCDPSession();
  const runs: { mean: number; p99: number; busy: number }[] = [];
  await grid.open();
  do {
    const before = await processorTime(session);
    const frames = await page.evaluate(scrollFrames);
    runs.push({ ...frames, busy: ((await processorTime(session)) - before) / 240 });
  } while (runs.length < 3 && (runs.at(-1)?.mean ?? 0) > 25);
  test.info().annotations.push({ type: "frames, ms", description: JSON.stringify(runs) });
  // On a machine whose processors are taken by others, frames wait; then the grid's own work must be small.
  const last = runs.at(-1);
  expect(Math.min(last?.mean ?? Infinity, 2 * (last?.busy ?? Infinity))).toBeLessThanOrEqual(25);
});

test("selects by click, Shift+click and drag, and opens by double click", async ({ page }) => {
  await grid.open();
  const from = await grid.point(2, "name");
  const to = await grid.point(5, "amount");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  const range = () => page.evaluate(() => window.demo.api.selection());
  expect(await range()).toMatchObject({ rows: { from: 2, to: 5 }, columns: { from: 0, to: 2 }, cells: 12 });
  await page.mouse.click(from.x, from.y);
  await page.mouse.click(to.x, to.y, { modifiers: ["Shift"] } as never);
  await page.mouse.dblclick(from.x, from.y);
  expect(await grid.editor()).toBe(await grid.value(2, "name"));
});

test("fills down and up by the handle at the corner of the range", async ({ page }) => {
  await grid.open();
  const corner = async (row: number, key: string) => {
    const rect = await page.evaluate(([r, k]) => window.demo.api.cellRect(r, k), [row, key] as const);
    return { x: (rect?.x ?? 0) + (rect?.width ?? 0) - 1, y: (rect?.y ?? 0) + (rect?.height ?? 0) - 1 };
  };
  const pull = async (row: number, to: number) => {
    const handle = await corner(row, "name");
    await page.mouse.move(handle.x, handle.y);
    await expect(page.locator("canvas").first()).toHaveCSS("cursor", "crosshair");
    await page.mouse.down();
    const end = await grid.point(to, "name");
    await page.mouse.move(end.x, end.y, { steps: 4 });
    await page.mouse.up();
  };
  const name = await grid.value(4, "name");
  await grid.select(4, "name");
  await pull(4, 7);
  await expect.poll(() => grid.value(7, "name")).toBe(name);
  expect([await grid.value(5, "name"), await grid.value(6, "name")]).toEqual([name, name]);
  expect(await grid.value(8, "name")).not.toBe(name);
  expect(await page.evaluate(() => window.demo.api.selection())).toMatchObject({ rows: { from: 4, to: 7 } });
  await grid.select(4, "name");
  await pull(4, 2);
  await expect.poll(() => grid.value(2, "name")).toBe(name);
  expect(await grid.value(1, "name")).not.toBe(name);
});

test("ticks rows, toggles boxes and stars, opens records and groups", async ({ page }) => {
  await grid.open("?bare");
  const first = await grid.point(1, "name");
  await page.mouse.click(22, first.y);
  await page.mouse.click(22, 18);
  expect((await grid.heard("check")).map(([c]) => (c as { count: number }).count)).toEqual([1, 100_000]);
  await page.keyboard.press("Control+Home");
  await grid.select(1, "done");
  const box = await grid.point(1, "done");
  const before = await grid.value(1, "done");
  await page.mouse.click(box.x, box.y);
  expect(await grid.value(1, "done")).toBe(!before);
  await grid.select(1, "rank");
  await page.keyboard.press("4");
  expect(await grid.value(1, "rank")).toBe(4);
  await page.keyboard.press(" ");
  expect(await grid.heard("open")).toHaveLength(1);
});

test("collapses a group and skips it with the arrow keys", async ({ page }) => {
  await grid.open("?bare&groups");
  await page.mouse.click(100, 36 + 42 + 4 * 36 + 20);
  await grid.select(2, "name");
  await page.keyboard.press("ArrowDown");
  expect(await grid.active()).toEqual({ row: 8, key: "name" });
  await page.keyboard.press("Alt+Shift+ArrowLeft");
  const heads = page.getByRole("grid").locator("[aria-expanded]");
  await expect(heads).toHaveText([
    "商务谈判 3 条 ¥3,286,000.00 平均 68%",
    "方案报价 5 条 ¥2,174,500.00 平均 39%",
    "需求确认 6 条 ¥1,932,800.00 平均 20%",
  ]);
  await expect(heads.nth(2)).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await expect(heads.nth(2)).toHaveAttribute("aria-expanded", "true");
});

test("moves and resizes columns", async ({ page }) => {
  await grid.open();
  const amount = await grid.point(0, "amount");
  const owner = await grid.point(0, "close");
  await page.mouse.move(amount.x, 18);
  await page.mouse.down();
  await page.mouse.move(owner.x + 40, 18, { steps: 5 });
  await page.mouse.up();
  const order = async () => (await grid.point(0, "amount")).x - (await grid.point(0, "close")).x;
  await expect.poll(order).toBeGreaterThan(0);
  const stage = await page.evaluate(() => window.demo.api.cellRect(0, "stage"));
  const edge = (stage?.x ?? 0) + (stage?.width ?? 0);
  await page.mouse.move(edge - 1, 18);
  await page.mouse.down();
  await page.mouse.move(edge + 59, 18, { steps: 4 });
  await page.mouse.up();
  const wider = await page.evaluate(() => window.demo.api.cellRect(0, "stage"));
  expect((wider?.width ?? 0) - (stage?.width ?? 0)).toBe(60);
});

test("walks with the keys of a spreadsheet", async ({ page }) => {
  await grid.open();
  await grid.select(0, "name");
  const walk: [string, number, string][] = [
    ["Control+ArrowDown", 99_999, "name"],
    ["Control+ArrowRight", 99_999, "text10"],
    ["Control+Home", 0, "name"],
    ["End", 0, "text10"],
    ["Tab", 1, "name"],
    ["Shift+Tab", 0, "text10"],
    ["Home", 0, "name"],
  ];
  for (const [key, row, column] of walk) {
    await page.keyboard.press(key);
    expect(await grid.active()).toEqual({ row, key: column });
  }
  await page.keyboard.press("PageDown");
  expect((await grid.active())?.row).toBeGreaterThan(10);
  await page.keyboard.press("Control+a");
  expect(await page.evaluate(() => window.demo.api.selection()?.cells)).toBe(3_000_000);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+Shift+z");
  await page.keyboard.press("Shift+Enter");
  expect(await grid.heard("undo")).toHaveLength(1);
  expect(await grid.heard("redo")).toHaveLength(1);
  expect(await grid.heard("add")).toHaveLength(1);
});

test("lets go of the cell with Escape, then Tab leaves the grid", async ({ page }) => {
  await grid.open();
  await grid.select(1, "name");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Escape");
  expect(await page.evaluate(() => window.demo.api.selection()?.cells)).toBe(1);
  await page.keyboard.press("Escape");
  expect(await grid.active()).toBeUndefined();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("TEXTAREA");
});

test("tells the page about the column's menu, by mouse and by key", async ({ page }) => {
  await grid.open();
  await grid.select(1, "amount");
  await page.keyboard.press("Alt+ArrowDown");
  const at = await grid.point(1, "amount");
  await page.mouse.click(at.x, 18, { button: "right" });
  expect((await grid.heard("columnMenu")).map(([key]) => key)).toEqual(["amount", "amount"]);
});

test("scrolls on when a range is dragged over the edge", async ({ page }) => {
  await grid.open();
  const from = await grid.point(3, "name");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 30, 880, { steps: 3 });
  const last = () => page.evaluate(() => window.demo.api.selection()?.rows.to ?? 0);
  await expect.poll(last).toBeGreaterThan(60);
  await page.mouse.up();
});

test("changes its colours with the theme, at once", async ({ page }) => {
  await grid.open();
  const corner = () =>
    page.evaluate(() => [
      ...(document.querySelector("canvas")?.getContext("2d")?.getImageData(60, 200, 1, 1).data ?? []),
    ]);
  expect(await corner()).toEqual([255, 255, 255, 255]);
  await page.evaluate(() => {
    document.documentElement.dataset.theme = "dark";
  });
  await expect.poll(corner).toEqual([21, 24, 29, 255]);
});

test("shows screen readers the rows on screen and the active cell", async ({ page }) => {
  await grid.open();
  await grid.select(3, "amount");
  const table = page.getByRole("grid");
  await expect(table).toHaveAttribute("aria-rowcount", "100001");
  await expect(table).toHaveAttribute("aria-colcount", "30");
  await expect(page.locator("textarea")).toHaveAttribute("aria-activedescendant", /-3-2$/);
  const active = page.locator(
    `[id="${await page.locator("textarea").getAttribute("aria-activedescendant")}"]`,
  );
  await expect(active).toHaveText("¥123,757.00");
  await expect(page.locator("[aria-live]")).toHaveText(/预计金额 ¥123,757.00 第 4 行/);
});

test("does not stay blank in a place that had no width at first", async ({ page }) => {
  await grid.open();
  const colours = () =>
    page.evaluate(() => {
      const canvas = document.querySelector("canvas");
      if (!canvas?.width) {
        return 0;
      }
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, 200).data ?? [];
      return new Set(Array.from({ length: data.length / 4 }, (_, i) => `${data[i * 4]}-${data[i * 4 + 2]}`))
        .size;
    });
  await page.evaluate(() => document.getElementById("root")?.style.setProperty("width", "0"));
  await expect.poll(() => page.evaluate(() => document.querySelector("canvas")?.clientWidth)).toBe(0);
  await page.evaluate(() => document.getElementById("root")?.style.removeProperty("width"));
  await expect.poll(colours).toBeGreaterThan(10);
});

test("scrolls a table of three million rows to its very end", async ({ page }) => {
  await grid.open("?bare&rows=3000000");
  await grid.select(0, "no");
  await page.keyboard.press("Control+ArrowDown");
  await expect.poll(() => grid.value(2_999_999, "no")).toBe("OPP-20261018-3000000");
  await page.keyboard.press("ArrowUp");
  expect(await grid.active()).toEqual({ row: 2_999_998, key: "no" });
  const rect = await page.evaluate(() => window.demo.api.cellRect(2_999_998, "no"));
  expect(rect?.y).toBeGreaterThan(36);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a tap selects, a second tap edits, a swipe scrolls natively", async ({ page }) => {
    await grid.open();
    const cell = await grid.point(2, "name");
    await page.touchscreen.tap(cell.x, cell.y);
    expect(await grid.active()).toEqual({ row: 2, key: "name" });
    expect(await grid.editor()).toBeUndefined();
    await page.touchscreen.tap(cell.x, cell.y);
    expect(await grid.editor()).toBe(await grid.value(2, "name"));
    await page.keyboard.press("Escape");
    const session = await grid.session();
    await session.send("Input.synthesizeScrollGesture", { x: 200, y: 600, yDistance: -400 });
    const top = () => page.evaluate(() => document.querySelector("canvas")?.parentElement?.scrollTop ?? 0);
    await expect.poll(top).toBeGreaterThan(200);
  });

  test("frozen columns take at most 40 % of the screen", async ({ page }) => {
    await grid.open();
    const rect = await page.evaluate(() => window.demo.api.cellRect(0, "name"));
    expect((rect?.x ?? 0) + (rect?.width ?? 0)).toBeLessThanOrEqual(390 * 0.4);
  });
});

import { expect, test } from "@playwright/test";
import type { ViteDevServer } from "vite";
import { GridDriver, serveDemo } from "./grid-driver";

let server: ViteDevServer;
let grid: GridDriver;

test.use({ permissions: ["clipboard-read", "clipboard-write"] });
test.beforeAll(async () => {
  server = await serveDemo();
});
test.afterAll(async () => {
  await server.close();
});
test.beforeEach(({ page }) => {
  grid = new GridDriver(page, server);
});

test.describe("input methods", () => {
  test("Chinese typed onto a selected cell commits the Chinese text", async ({ page }) => {
    await grid.open();
    await grid.select(2, "name");
    await grid.compose("z");
    await grid.compose("zhang'san");
    expect(await grid.editor()).toBe("zhang'san");
    await grid.insert("张三");
    expect(await grid.editor()).toBe("张三");
    await page.keyboard.press("Enter");
    expect(await grid.value(2, "name")).toBe("张三");
    expect(await grid.active()).toEqual({ row: 3, key: "name" });
  });

  test("the Enter that ends a composition commits nothing", async ({ page }) => {
    await grid.open();
    await grid.select(2, "name");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+a");
    await grid.compose("nihao");
    await grid.composedEnter();
    expect(await grid.editor()).toBe("nihao");
    expect(await grid.batches()).toEqual([]);
    await grid.insert("你好");
    await grid.compose("shijie");
    await grid.composedEnter();
    await grid.insert("世界");
    expect(await grid.editor()).toBe("你好世界");
    await page.keyboard.press("Enter");
    expect(await grid.value(2, "name")).toBe("你好世界");
  });

  test("on a cell with a popover editor the text goes to the editor", async ({ page }) => {
    await grid.open("?bare&popover");
    await grid.select(1, "stage");
    await grid.compose("fang'an");
    await grid.insert("方案");
    const heard = await page.evaluate(() => {
      const { session } = window as unknown as { session: { initialText: string; text(): string } };
      return [session.initialText, session.text()];
    });
    expect(heard).toEqual(["方案", "方案"]);
  });

  test("a composition on a read-only cell changes nothing", async ({ page }) => {
    await grid.open();
    await grid.select(1, "no");
    await grid.compose("zhang");
    await grid.insert("张");
    await page.keyboard.press("Enter");
    expect(await grid.batches()).toEqual([]);
    expect(await page.locator("textarea").inputValue()).toBe("");
  });
});

test.describe("typing", () => {
  test("no first letter is lost, cell after cell", async ({ page }) => {
    await grid.open();
    await grid.select(0, "name");
    for (const word of ["abc", "7", "xyz", "q"]) {
      await page.keyboard.type(word, { delay: word === "abc" ? 40 : 0 });
      await page.keyboard.press("Enter");
    }
    const values = await Promise.all([0, 1, 2, 3].map((row) => grid.value(row, "name")));
    expect(values).toEqual(["abc", "7", "xyz", "q"]);
  });

  test("letters typed before a popover editor is ready are kept for it", async ({ page }) => {
    await grid.open("?bare&popover");
    await grid.select(1, "stage");
    await page.keyboard.type("abc");
    expect(
      await page.evaluate(() => (window as unknown as { session: { text(): string } }).session.text()),
    ).toBe("abc");
    await page.evaluate(() =>
      (window as unknown as { session: { commit(v: unknown, m: string): void } }).session.commit(
        { id: "x", name: "X" },
        "down",
      ),
    );
    expect(await grid.value(1, "stage")).toEqual({ id: "x", name: "X" });
    await page.keyboard.type("n");
    expect(await grid.active()).toEqual({ row: 2, key: "stage" });
  });

  test("Escape keeps the old value, Tab commits and goes right, F2 edits at the end", async ({ page }) => {
    await grid.open();
    await grid.select(0, "name");
    const before = await grid.value(0, "name");
    await page.keyboard.type("no");
    await page.keyboard.press("Escape");
    expect(await grid.value(0, "name")).toBe(before);
    await page.keyboard.press("F2");
    await page.keyboard.type("!");
    await page.keyboard.press("Tab");
    expect(await grid.value(0, "name")).toBe(`${before}!`);
    expect(await grid.active()).toEqual({ row: 0, key: "stage" });
  });

  test("Alt+Enter makes a line in long text", async ({ page }) => {
    await grid.open();
    await grid.select(0, "note");
    await page.keyboard.type("one");
    await page.keyboard.press("Alt+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    expect(await grid.value(0, "note")).toBe("one\ntwo");
  });

  test("a text that the column refuses stays in the editor until it is given up", async ({ page }) => {
    await grid.open();
    await grid.select(0, "amount");
    await page.keyboard.type("twelve");
    await page.keyboard.press("Enter");
    expect(await grid.editor()).toBe("twelve");
    await page.keyboard.press("Escape");
    await page.keyboard.type("1,234.5");
    await page.keyboard.press("Enter");
    expect(await grid.value(0, "amount")).toBe("1234.50");
  });
});

test.describe("the clipboard", () => {
  test("copies and pastes a range over the frozen edge", async ({ page }) => {
    await grid.open();
    await grid.select(0, "name");
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) {
      await page.keyboard.press(`Shift+${key}`);
    }
    await page.keyboard.press("Control+c");
    const name = await grid.value(0, "name");
    expect((await grid.clipboard()).split("\n").map((l) => l.split("\t"))).toEqual([
      [name, "商务谈判", "¥100,000.00"],
      [await grid.value(1, "name"), "方案报价", "¥107,919.00"],
    ]);
    await grid.select(10, "name");
    await page.keyboard.press("Control+v");
    await expect.poll(() => grid.value(10, "name")).toBe(name);
    expect(await grid.value(11, "amount")).toBe("107919");
    expect(await grid.value(10, "stage")).toEqual(await grid.value(0, "stage"));
  });

  for (const [kind, newline] of [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ] as const) {
    test(`pastes text with ${kind}, quoted cells with line breaks among it`, async ({ page }) => {
      await grid.open();
      await grid.setClipboard(["甲公司\t说明", `"two${newline}lines"\t乙`].join(newline) + newline);
      await grid.select(4, "text1");
      await page.keyboard.press("Control+v");
      await expect.poll(() => grid.value(5, "text1")).toBe("two\nlines");
      expect(await grid.value(4, "text1")).toBe("甲公司");
      expect(await grid.value(5, "text2")).toBe("乙");
      const [batch] = await grid.batches();
      expect(batch?.edits.length).toBe(4);
    });
  }

  test("pastes a table that only the HTML tells apart", async ({ page }) => {
    await grid.open();
    await grid.setClipboard(
      "a b c",
      "<table><tr><td>a</td><td>b</td></tr><tr><td colspan=2>c<br>d</td></tr></table>",
    );
    await grid.select(0, "text1");
    await page.keyboard.press("Control+v");
    await expect.poll(() => grid.value(1, "text1")).toBe("c\nd");
    expect(await grid.value(0, "text2")).toBe("b");
  });

  test("pastes 5,000 cells in one batch that is painted at once", async ({ page }) => {
    await grid.open();
    const block = Array.from(
      { length: 1000 },
      (_, r) => `${[1, 2].map((c) => `r${r}c${c}`).join("\t")}\t${r}\tx\ty`,
    );
    await grid.setClipboard(block.join("\r\n"));
    await grid.select(0, "text1");
    const painted = page.evaluate(
      () =>
        new Promise<number>((done) => {
          const measure = () => {
            const start = performance.now();
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
          };
          document.addEventListener("paste", measure, { capture: true, once: true });
        }),
    );
    await page.keyboard.press("Control+v");
    const ms = await painted;
    test.info().annotations.push({
      type: "paste of 5,000 cells, ms to the frame after it",
      description: ms.toFixed(1),
    });
    const batches = await grid.batches();
    expect(batches.map((b) => b.edits.length)).toEqual([5000]);
    expect(await grid.value(999, "text5")).toBe("y");
    expect(ms).toBeLessThan(400);
  });
});

test.describe("ranges", () => {
  test("cuts, clears and fills down", async ({ page }) => {
    await grid.open();
    await grid.select(3, "text1");
    const text = await grid.value(3, "text1");
    await page.keyboard.press("Control+x");
    await expect.poll(() => grid.value(3, "text1")).toBeNull();
    expect(await grid.clipboard()).toBe(text);
    await grid.select(4, "text1");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Control+d");
    expect(await grid.value(5, "text1")).toBe(await grid.value(4, "text1"));
    await page.keyboard.press("Delete");
    expect(await grid.value(5, "text1")).toBeNull();
  });

  test("copies more rows than are loaded, without a limit", async ({ page }) => {
    await grid.open("?bare&rows=3000&delay=5");
    await grid.select(0, "no");
    await page.keyboard.press("Control+Shift+ArrowDown");
    await page.keyboard.press("Control+c");
    await expect
      .poll(async () => (await grid.clipboard()).split("\n").length, { timeout: 15_000 })
      .toBe(3000);
  });
});

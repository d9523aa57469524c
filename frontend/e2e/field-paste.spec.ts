/** Files and pictures pasted from the clipboard. */
import { expect, type Locator, test } from "@playwright/test";
import { Grid } from "./grid";
import { addRecords, makeTable, type Person, readRecord, signIn } from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let boss: Person;
let grid: Grid;

test.use({ trace: "off" });
test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  token = await server.signUp();
  boss = await signIn(browser, server);
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Pastes what a copied picture leaves on the clipboard: an HTML text and a file. */
async function paste(at: Locator, name = "image.png", type = "image/png"): Promise<void> {
  await at.evaluate(
    (element, file) => {
      const clipboardData = new DataTransfer();
      const bytes = Uint8Array.from(atob(file.png), (char) => char.charCodeAt(0));
      clipboardData.setData("text/html", '<img src="https://example.com/a.png">');
      clipboardData.items.add(new File([bytes], file.name, { type: file.type }));
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    { png, name, type },
  );
}

interface Saved {
  readonly name: string;
  readonly type: string;
}

/** A table of files with one record, open in the browser; answers a field's saved value. */
async function open(): Promise<(key: string) => Promise<readonly Saved[]>> {
  const table = await makeTable(server, token, "现场", [
    { key: "name", name: "名称", type: "text" },
    { key: "docs", name: "附件", type: "attachment" },
    { key: "pics", name: "图片", type: "image" },
    { key: "one", name: "合同", type: "file" },
  ]);
  const [record] = await addRecords(server, token, table.entity, [{ name: "甲" }]);
  await boss.page.goto(table.path);
  await grid.ready();
  return async (key) => {
    const { fields } = await readRecord(server, token, table.entity, record?.id ?? "");
    return (fields[key] ?? []) as Saved[];
  };
}

const names = async (saved: Promise<readonly Saved[]>) => (await saved).map(({ name }) => name);
const moment = /^\d{4}-\d{2}-\d{2} \d{2}\.\d{2}\.\d{2}\.png$/u;

test("a picture pasted into a cell is stored, added to those there, and taken back", async () => {
  const saved = await open();
  const { page } = boss;
  await grid.select("附件", 1);
  await paste(grid.input);
  await expect.poll(() => names(saved("docs"))).toEqual([expect.stringMatching(moment)]);
  await grid.expectText("附件", 1, /\d{4}-\d{2}-\d{2} .*\.png/u);
  await paste(grid.input, "平面图.png");
  await expect.poll(() => names(saved("docs"))).toEqual([expect.stringMatching(moment), "平面图.png"]);
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await saved("docs")).length).toBe(1);
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await saved("docs")).length).toBe(0);
});

test("a cell of one file holds the last one, a cell of pictures refuses others, texts stay", async () => {
  const saved = await open();
  const { page } = boss;
  await grid.select("合同", 1);
  await paste(grid.input, "初稿.png");
  await expect.poll(() => names(saved("one"))).toEqual(["初稿.png"]);
  await paste(grid.input, "终稿.txt", "text/plain");
  await expect.poll(() => names(saved("one"))).toEqual(["终稿.txt"]);
  await grid.select("图片", 1);
  await paste(grid.input, "说明.txt", "text/plain");
  await expect(page.getByText("这里只能放图片")).toBeVisible();
  await paste(grid.input, "门头.png");
  await expect.poll(() => names(saved("pics"))).toEqual(["门头.png"]);
  // Over an open editor of the cell, too.
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-cell-editor]")).toBeVisible();
  await paste(grid.input, "仓库.png");
  await expect.poll(() => names(saved("pics"))).toEqual(["门头.png", "仓库.png"]);
  await expect(page.locator("[data-cell-editor]")).toBeHidden();
  await grid.select("名称", 1);
  await paste(grid.input);
  await grid.expectText("名称", 1, "甲");
  expect(await saved("name")).toBe("甲");
});

test("in the panel of a record a picture goes to the field that was pressed", async () => {
  const saved = await open();
  const { page } = boss;
  await grid.select("名称", 1);
  await page.keyboard.press("Space");
  await expect(page.getByRole("tab", { name: "详情" })).toBeVisible();
  await page.getByRole("button", { name: "添加图片" }).focus();
  await paste(page.getByRole("button", { name: "添加图片" }));
  await expect.poll(() => names(saved("pics"))).toEqual([expect.stringMatching(moment)]);
  await paste(page.getByRole("button", { name: "添加文件" }).first(), "记录.pdf", "application/pdf");
  await expect.poll(() => names(saved("docs"))).toEqual(["记录.pdf"]);
});

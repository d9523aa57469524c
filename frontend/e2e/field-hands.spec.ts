/** Fields made, filled with files and worked with by hand alone. */
import { expect, type Locator, type Page, test } from "@playwright/test";
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
  boss = await signIn(browser, server, "boss@example.com", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const picture = (name: string) => ({ name, mimeType: "image/png", buffer: dot });
const note = { name: "合同 A&B.txt", mimeType: "text/plain", buffer: Buffer.from("合同正文") };

/** A table with one field of the kind and one record, open in the browser; answers what is saved. */
async function open(type: string): Promise<() => Promise<unknown>> {
  const table = await makeTable(server, token, "档案", [
    { key: "name", name: "名称", type: "text" },
    { key: "f", name: "值", type },
  ]);
  const [record] = await addRecords(server, token, table.entity, [{ name: "甲" }]);
  await boss.page.goto(table.path);
  await grid.ready();
  return async () => (await readRecord(server, token, table.entity, record?.id ?? "")).fields.f ?? null;
}

async function openRecord(): Promise<void> {
  await grid.select("名称", 1);
  await boss.page.keyboard.press("Space");
  await expect(boss.page.getByRole("tab", { name: "详情" })).toBeVisible();
}

/** Takes the last change back and brings it again, then looks whether a new page shows it. */
async function undoRedoReload(saved: () => Promise<unknown>, shown: string | RegExp): Promise<void> {
  const { page } = boss;
  const before = await saved();
  await grid.select("值", 1);
  await page.keyboard.press("Control+z");
  await expect.poll(saved).toBeNull();
  await page.keyboard.press("Control+Shift+z");
  await expect.poll(saved).toEqual(before);
  await page.reload();
  await grid.ready();
  await grid.expectText("值", 1, shown);
}

const fileNamed = (name: string) => expect.objectContaining({ name });

test("a file is chosen in the grid and in the record, shown, opened and taken back", async () => {
  const saved = await open("file");
  const { page } = boss;
  await grid.select("值", 1);
  await page.keyboard.press("Enter");
  await page.locator("[data-cell-editor] input[type=file]").setInputFiles(note);
  await expect.poll(saved).toEqual([fileNamed(note.name)]);
  await page.keyboard.press("Escape");
  await undoRedoReload(saved, note.name);
  await openRecord();
  const link = page.getByRole("link", { name: note.name });
  const answer = await boss.context.request.get((await link.getAttribute("href")) ?? "");
  expect(await answer.text()).toBe("合同正文");
  // Another one takes its place.
  await page.locator("input[type=file]").setInputFiles({ ...note, name: "补充.txt" });
  await expect.poll(saved).toEqual([fileNamed("补充.txt")]);
  await page.getByRole("button", { name: "移除文件" }).click();
  await expect.poll(saved).toBeNull();
});

/** Lets go of files over an element, as from a folder. */
async function drop(page: Page, at: Locator, files: readonly { name: string; mimeType: string }[]) {
  const data = await page.evaluateHandle(
    ({ list, png }) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
      for (const { name, mimeType } of list) {
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      return transfer;
    },
    { list: files.map(({ name, mimeType }) => ({ name, mimeType })), png: dot.toString("base64") },
  );
  await at.dispatchEvent("drop", { dataTransfer: data });
}

test("images are dropped and chosen, looked at large, kept and taken back", async () => {
  const saved = await open("image");
  const { page } = boss;
  await openRecord();
  const add = page.getByRole("button", { name: "添加图片" });
  await drop(page, add, [picture("现场.png"), note]);
  await expect(page.getByText("这里只能放图片")).toBeVisible();
  await expect.poll(saved).toEqual([fileNamed("现场.png")]);
  await undoRedoReload(saved, /现场\.png/u);
  await openRecord();
  await page.locator("input[type=file]").setInputFiles([picture("正面.png"), picture("背面.png")]);
  await expect.poll(saved).toEqual(["现场.png", "正面.png", "背面.png"].map(fileNamed));
  await page.getByRole("button", { name: "正面.png", exact: true }).click();
  const large = page.getByRole("dialog", { name: "正面.png" }).getByRole("img");
  await expect.poll(() => large.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(1);
});

test("images are chosen in a cell, and a text is refused there", async () => {
  const saved = await open("image");
  const { page } = boss;
  await grid.select("值", 1);
  await page.keyboard.press("Enter");
  const chooser = page.locator("[data-cell-editor] input[type=file]");
  await chooser.setInputFiles(picture("格内.png"));
  await expect.poll(saved).toEqual([fileNamed("格内.png")]);
  await chooser.setInputFiles(note);
  await expect(page.getByText("这里只能放图片")).toBeVisible();
  expect(await saved()).toEqual([fileNamed("格内.png")]);
});

test("a signature drawn on the pad is there after a reload and taken back", async () => {
  const saved = await open("signature");
  const { page } = boss;
  await openRecord();
  await page.getByRole("button", { name: "签名", exact: true }).click();
  const pad = page.locator("canvas[aria-label]");
  await expect(page.getByRole("button", { name: "使用签名" })).toBeDisabled();
  const at = await pad.boundingBox();
  const [x, y] = [(at?.x ?? 0) + 60, (at?.y ?? 0) + 60];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 120, y + 60, { steps: 6 });
  await page.mouse.up();
  await page.getByRole("button", { name: "使用签名" }).click();
  await expect.poll(saved).toEqual([expect.objectContaining({ type: "image/png" })]);
  await undoRedoReload(saved, /手写签名/u);
  await openRecord();
  const kept = page.getByRole("img", { name: /手写签名/u });
  await expect.poll(() => kept.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(100);
});

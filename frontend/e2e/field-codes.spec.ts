/** Codes: drawn as symbols, saved as pictures, read from pictures and by the camera. */
import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
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
  boss = await signIn(browser, server, "boss@example.com", { acceptDownloads: true });
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

const shots = process.env.SHOTS;

async function shot(page: Page, name: string): Promise<void> {
  if (shots !== undefined) {
    await page.screenshot({ path: `${shots}/${name}.png` });
  }
}

/** A table with a code and one record that has it, open in the browser; answers what is saved. */
async function open(code: string | null, format?: string): Promise<() => Promise<unknown>> {
  const table = await makeTable(server, token, "资产", [
    { key: "name", name: "名称", type: "text" },
    { key: "f", name: "编码", type: "barcode", ...(format && { options: { format } }) },
  ]);
  const [record] = await addRecords(server, token, table.entity, [{ name: "甲", f: code }]);
  await boss.page.goto(table.path);
  await grid.ready();
  return async () => (await readRecord(server, token, table.entity, record?.id ?? "")).fields.f ?? null;
}

async function openRecord(): Promise<void> {
  await grid.select("名称", 1);
  await boss.page.keyboard.press("Space");
  await expect(boss.page.getByRole("tab", { name: "详情" })).toBeVisible();
}

const symbol = (name: string) => boss.page.getByRole("img", { name });

test("a code is drawn as the symbol that suits it, and follows what is typed", async () => {
  const saved = await open("6901234567892");
  const { page } = boss;
  await grid.expectText("编码", 1, "6901234567892");
  await openRecord();
  await expect(symbol("EAN-13码：6901234567892")).toBeVisible();
  await shot(page, "code-ean");
  await page.getByRole("button", { name: "编辑编码" }).click();
  await page.getByRole("textbox", { name: "编码" }).fill("GW-2026/001");
  await page.keyboard.press("Enter");
  await expect.poll(saved).toBe("GW-2026/001");
  await expect(symbol("Code 128码：GW-2026/001")).toBeVisible();
  await shot(page, "code-128");
  await page.getByRole("button", { name: "编辑编码" }).click();
  await page.getByRole("textbox", { name: "编码" }).fill("资产：一号机房 空调");
  await page.keyboard.press("Enter");
  await expect(symbol("QR码：资产：一号机房 空调")).toBeVisible();
  await shot(page, "code-qr");
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载图片" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe("资产：一号机房-空调.png");
  const bytes = await readFile(await download.path());
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  expect(bytes.readUInt32BE(16)).toBeGreaterThanOrEqual(600);
});

test("the builder's form holds, and a value that it cannot say is told", async () => {
  await open("6901234567893", "ean13");
  await openRecord();
  await expect(boss.page.getByText("这个内容画不成 EAN-13 码")).toBeVisible();
  await expect(boss.page.locator("svg[role=img][aria-label*='6901234567893']")).toHaveCount(0);
  await open("6901234567892", "qr");
  await openRecord();
  await expect(symbol("QR码：6901234567892")).toBeVisible();
});

test("the form is chosen in the settings of the field", async () => {
  await open("6901234567892");
  const { page } = boss;
  await grid.select("编码", 1);
  await (await grid.columnMenu()).getByRole("menuitem", { name: "编辑字段" }).click();
  const box = page.getByRole("dialog", { name: "编辑字段" });
  await box.getByRole("button", { name: /^画成/ }).click();
  await page.getByRole("option", { name: "Code 128" }).click();
  await shot(page, "code-settings");
  await box.getByRole("button", { name: "保存" }).click();
  await expect(box).toBeHidden();
  await openRecord();
  await expect(symbol("Code 128码：6901234567892")).toBeVisible();
  await page.evaluate(() => {
    document.documentElement.dataset.theme = "dark";
  });
  await shot(page, "code-dark");
});

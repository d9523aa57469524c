/** Codes: drawn as symbols, saved as pictures, read from pictures and by the camera. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { encode } from "uqr";
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

/** The picture of what is drawn, as the page saves it. */
async function pictureOf(code: string, format?: string): Promise<Buffer> {
  await open(code, format);
  await openRecord();
  const waiting = boss.page.waitForEvent("download");
  await boss.page.getByRole("button", { name: "下载图片" }).click();
  return readFile(await (await waiting).path());
}

async function scanPicture(page: Page, buffer: Buffer): Promise<void> {
  await page.getByRole("button", { name: "扫码填入编码" }).click();
  const dialog = page.getByRole("dialog", { name: "扫码" });
  await dialog.locator("input[type=file]").setInputFiles({ name: "码.png", mimeType: "image/png", buffer });
}

for (const [code, format] of [
  ["6901234567892", undefined],
  ["GW-2026/001", "code128"],
  ["资产：一号机房 空调", "qr"],
] as const) {
  test(`what is drawn as ${format ?? "EAN-13"} is read from its picture, saved and taken back`, async () => {
    const picture = await pictureOf(code, format);
    const saved = await open(null);
    const { page } = boss;
    await openRecord();
    await scanPicture(page, picture);
    await expect.poll(saved).toBe(code);
    await expect(page.getByRole("dialog", { name: "扫码" })).toBeHidden();
    await expect(page.getByRole("img", { name: code })).toBeVisible();
    await page.keyboard.press("Escape");
    await grid.select("编码", 1);
    await page.keyboard.press("Control+z");
    await expect.poll(saved).toBeNull();
  });
}

const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("a picture without a code, a file that is none, and a camera that may not be used are told", async () => {
  const saved = await open(null);
  const { page } = boss;
  await openRecord();
  await scanPicture(page, dot);
  await expect(page.getByText("图片里没有找到条码或二维码")).toBeVisible();
  const dialog = page.getByRole("dialog", { name: "扫码" });
  await dialog.locator("input[type=file]").setInputFiles({
    name: "a.png",
    mimeType: "image/png",
    buffer: Buffer.from("no picture"),
  });
  await expect(page.getByText("这个文件打不开")).toBeVisible();
  await expect(dialog.getByRole("status")).toHaveText(/没有找到摄像头|没有使用摄像头的权限/u);
  await shot(page, "scan-denied");
  expect(await saved()).toBeNull();
});

/** A film of one picture: black and white, as a camera would show the code. */
function film(text: string): Buffer {
  const [width, height] = [640, 480];
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const cell = Math.floor(height / size);
  const light = Buffer.alloc(width * height, 235);
  for (let y = 0; y < size * cell; y++) {
    for (let x = 0; x < size * cell; x++) {
      if (data[Math.floor(y / cell)]?.[Math.floor(x / cell)]) {
        light[y * width + x + 80] = 16;
      }
    }
  }
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, Buffer.alloc((width * height) / 2, 128)]);
  return Buffer.concat([head, frame, frame]);
}

test("the camera reads a code, on a phone", async ({ playwright, launchOptions }) => {
  const folder = await mkdtemp(join(tmpdir(), "tongban-film-"));
  await writeFile(join(folder, "code.y4m"), film("https://example.com/资产/7"));
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [
      ...(launchOptions.args ?? []),
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-video-capture=${join(folder, "code.y4m")}`,
    ],
  });
  try {
    const table = await makeTable(server, token, "巡检", [
      { key: "name", name: "名称", type: "text" },
      { key: "short", name: "短码", type: "barcode", options: { maxLength: 5 } },
      { key: "f", name: "编码", type: "barcode" },
    ]);
    const [record] = await addRecords(server, token, table.entity, [{ name: "甲" }]);
    const saved = async () => (await readRecord(server, token, table.entity, record?.id ?? "")).fields;
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page } = await signIn(browser, server, "boss@example.com", phone);
    await page.goto(`${table.path}?rec=${record?.id}`);
    await page.getByRole("button", { name: "扫码填入短码" }).click();
    const dialog = page.getByRole("dialog", { name: "扫码" });
    await expect(dialog.getByRole("status")).toContainText("读到“https://example.com/资产/7”，但不能填入");
    await shot(page, "scan-phone");
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await page.getByRole("button", { name: "扫码填入编码" }).click();
    await expect.poll(async () => (await saved()).f).toBe("https://example.com/资产/7");
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("img", { name: /example\.com/u })).toBeVisible();
    expect((await saved()).short ?? null).toBeNull();
    await shot(page, "code-phone");
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});

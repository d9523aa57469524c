import { expect, type Page, test } from "@playwright/test";
import { addRecords, makeTable, signIn, type TableInfo } from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let table: TableInfo;

test.beforeAll(async () => {
  server = await Server.start();
  token = await server.signUp("boss@example.com", "周雨桐");
  table = await makeTable(server, token, "合同", [
    { key: "name", name: "名称", type: "text" },
    { key: "amount", name: "金额", type: "number" },
  ]);
  const rows = Array.from({ length: 40 }, (_, index) => ({
    name: `合同 ${index}`,
    amount: (index * 7) % 40,
  }));
  await addRecords(server, token, table.entity, rows);
  await server.api(token, "POST", `/entities/${table.entity}/views`, {
    name: "大合同",
    filter: { field: "amount", op: "gte", value: 10 },
    sort: [{ field: "name" }],
  });
});
test.afterAll(() => server.stop());

async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.E2E_SHOTS;
  if (folder !== undefined) {
    await page.screenshot({ path: `${folder}/why-${name}.png` });
  }
}

for (const scheme of ["light", "dark"] as const) {
  test(`a view says in words why it is fast or slow, ${scheme}`, async ({ browser }) => {
    const { page, context } = await signIn(browser, server, "boss@example.com", { colorScheme: scheme });
    await page.goto(table.path);
    await page.getByRole("tab", { name: "大合同" }).click();
    await page.getByRole("button", { name: "“大合同”的操作" }).click();
    await page.getByRole("menuitem", { name: "为什么慢？" }).click();
    const dialog = page.getByRole("dialog", { name: "为什么慢？" });
    await expect(dialog.getByRole("list", { name: "步骤" }).getByText("金额")).toBeVisible();
    await expect(dialog).toContainText("大合同");
    await expect(dialog.getByText("数据库的原话")).toBeVisible();
    await shot(page, scheme);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await context.close();
  });
}

test("on a phone it comes from below and fits", async ({ browser }) => {
  const { page, context } = await signIn(browser, server, "boss@example.com", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.goto(table.path);
  await page.getByRole("button", { name: "大合同" }).tap();
  await page.getByRole("button", { name: "更多" }).tap();
  await page.getByRole("menuitem", { name: "为什么慢？" }).tap();
  const dialog = page.getByRole("dialog", { name: "为什么慢？" });
  await expect(dialog.getByRole("list", { name: "步骤" })).toBeVisible();
  await dialog.getByText("数据库的原话").tap();
  const wide = await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - window.innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  const box = await dialog.boundingBox();
  expect(box?.width).toBe(390);
  await shot(page, "phone");
  await context.close();
});

import { expect, type Page, test } from "@playwright/test";
import { Grid } from "./grid";
import { signUpByHand } from "./people";
import { Server } from "./server";

let server: Server;

test.beforeAll(async () => {
  server = await Server.start();
});
test.afterAll(() => server.stop());

/** Counts what a newcomer clicks; the keyboard is free. */
class Mouse {
  clicks = 0;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async click(name: string | RegExp, role: "button" | "link" | "tab" = "button"): Promise<void> {
    this.clicks += 1;
    await this.page.getByRole(role, { name }).first().click();
  }
}

test("from the sign-up page to a CRM with sample data in at most 6 clicks and 60 s", async ({ page }) => {
  const started = Date.now();
  const mouse = new Mouse(page);
  await page.goto(server.base);
  await expect(page).toHaveURL(/\/signup$/);
  await signUpByHand(page);
  await expect(page.getByRole("heading", { name: /周雨桐/ })).toBeVisible();
  await mouse.click(/^使用“/);
  const grid = new Grid(page);
  await grid.ready();
  const seconds = (Date.now() - started) / 1000;
  console.log(`first steps: ${mouse.clicks} clicks, ${seconds.toFixed(1)} s`);
  expect(mouse.clicks).toBeLessThanOrEqual(6);
  expect(seconds).toBeLessThan(60);
  expect(await grid.count()).toBeGreaterThan(50);

  const tables = page.getByRole("navigation").first();
  await tables.getByRole("link", { name: "商机", exact: true }).click();
  await expect(page.getByRole("main", { name: "商机" })).toBeVisible();
  await grid.ready();
  expect(await grid.titles()).toContain("商机名称");
  await expect(page.getByRole("tab", { name: "按阶段" })).toBeVisible();
  expect((await grid.text("商机名称", 1)).length).toBeGreaterThan(2);

  const again = await page.context().newPage();
  await again.goto(server.base);
  await expect(again.getByRole("heading", { name: /周雨桐/ })).toBeVisible();
  await expect(again).toHaveURL(`${server.base}/`);
});

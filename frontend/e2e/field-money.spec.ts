/** Amounts of several currencies: made by hand, typed, chosen, added up, and turned into one currency and back. */
import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import { addRecords, allRecords, makeTable, type Person, signIn, type TableInfo } from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let boss: Person;
let grid: Grid;
let table: TableInfo;

test.use({ trace: "off" });
test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  token = await server.signUp();
  const rates = { date: "2026-01-01", base: "CNY", rates: { USD: "7", EUR: "8" } };
  await server.api(token, "PUT", "/rates", rates);
  table = await makeTable(server, token, "报价单", [{ key: "name", name: "名称", type: "text" }]);
  await addRecords(server, token, table.entity, [{ name: "甲" }, { name: "乙" }, { name: "丙" }]);
  boss = await signIn(browser, server);
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

const prices = async () => {
  const { fields } = await server.api<{ fields: { key: string; name: string }[] }>(
    token,
    "GET",
    `/entities/${table.entity}`,
  );
  const key = fields.find(({ name }) => name === "价格")?.key ?? "";
  return (await allRecords(server, token, table.entity)).map((one) => one.fields[key] ?? null);
};

const shot = async (name: string) => {
  if (process.env.SHOTS) {
    await boss.page.screenshot({ path: `${process.env.SHOTS}/money-${name}.png` });
  }
};

test("amounts keep their currencies and add up at the rates", async () => {
  const { page } = boss;
  await page.goto(table.path);
  await grid.ready();

  await test.step("the field is made by hand", async () => {
    await grid.select("名称", 1);
    await (await grid.columnMenu()).getByRole("menuitem", { name: "在右侧插入" }).click();
    const box = page.getByRole("dialog", { name: "新建字段" });
    await box.getByLabel("字段名称").fill("价格");
    await box.getByRole("searchbox").fill("jine");
    await box.getByRole("button", { name: "金额", exact: true }).last().click();
    await box.getByRole("button", { name: /^其他币种/ }).click();
    await page.getByRole("option", { name: "USD 美元" }).click();
    await page.getByRole("option", { name: "EUR 欧元" }).click();
    await page.keyboard.press("Escape");
    await shot("field");
    await box.getByRole("button", { name: /^保存/ }).click();
    await expect(box).toBeHidden();
  });

  await test.step("amounts are typed into cells, with a sign or without", async () => {
    await grid.select("价格", 1);
    await grid.type("$20");
    await page.keyboard.press("Enter");
    await grid.type("100");
    await page.keyboard.press("Enter");
    await expect
      .poll(prices)
      .toEqual([{ amount: "20.00", currency: "USD" }, { amount: "100.00", currency: "CNY" }, null]);
    await grid.expectText("价格", 1, "US$20.00");
    await grid.expectText("价格", 2, "¥100.00");
  });

  await test.step("what is no amount of these is refused", async () => {
    await grid.select("价格", 3);
    await grid.type("£5");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    expect((await prices())[2]).toBeNull();
  });

  await test.step("a currency is chosen in the panel", async () => {
    await grid.select("价格", 3);
    await page.keyboard.press("Space");
    const panel = page.getByRole("complementary").or(page.getByRole("dialog")).last();
    await panel.getByRole("button", { name: "编辑价格" }).click();
    await page.keyboard.insertText("12.5");
    await panel.getByRole("button", { name: "EUR", exact: true }).click();
    await shot("panel");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await prices())[2]).toEqual({ amount: "12.50", currency: "EUR" });
    await page.keyboard.press("Escape");
  });

  await test.step("a copied amount is pasted as it is, and taken back", async () => {
    await grid.select("价格", 1);
    await page.keyboard.press("ControlOrMeta+c");
    await grid.select("价格", 2);
    await page.keyboard.press("ControlOrMeta+v");
    await expect.poll(async () => (await prices())[1]).toEqual({ amount: "20.00", currency: "USD" });
    await page.keyboard.press("ControlOrMeta+z");
    await expect.poll(async () => (await prices())[1]).toEqual({ amount: "100.00", currency: "CNY" });
  });
  await shot("grid");

  await test.step("the field becomes one of one currency, at the rates, and is taken back", async () => {
    await grid.select("价格", 1);
    await (await grid.columnMenu()).getByRole("menuitem", { name: "编辑字段" }).click();
    const box = page.getByRole("dialog", { name: "编辑字段" });
    await box.getByRole("button", { name: /^其他币种/ }).click();
    await page.getByRole("option", { name: "USD 美元" }).click();
    await page.getByRole("option", { name: "EUR 欧元" }).click();
    await page.keyboard.press("Escape");
    await box.getByRole("button", { name: /预览转换/ }).click();
    await expect(box.getByText("¥140.00").first()).toBeVisible();
    await shot("convert");
    await box.getByRole("button", { name: /^转换 \d+ 条/ }).click();
    await expect(box).toBeHidden();
    await expect.poll(prices).toEqual(["140.00", "100.00", "100.00"]);
    await page.getByRole("button", { name: "撤销" }).last().click();
    await expect.poll(async () => (await prices())[2]).toEqual({ amount: "12.50", currency: "EUR" });
  });
});

/** A secret: made by hand, typed, shown for a moment, replaced and taken back; never in plain sight. */
import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import { addRecords, allRecords, makeTable, type Person, signIn, type TableInfo } from "./people";
import { Server } from "./server";

const word = "芝麻开门-8842";

let server: Server;
let token: string;
let boss: Person;
let grid: Grid;
let table: TableInfo;

test.use({ trace: "off" });
test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  token = await server.signUp();
  boss = await signIn(browser, server, "boss@example.com", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  grid = new Grid(boss.page);
  table = await makeTable(server, token, "设备", [{ key: "name", name: "名称", type: "text" }]);
  await addRecords(server, token, table.entity, [{ name: "路由器" }, { name: "门禁" }]);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

const values = async () =>
  (await allRecords(server, token, table.entity)).map(({ fields }) => fields.mima ?? null);
const kept = (secret: string) =>
  expect
    .poll(async () => {
      const [first] = await allRecords(server, token, table.entity);
      const { value } = await server.api<{ value: string | null }>(
        token,
        "POST",
        `/entities/${table.entity}/records/${first?.id}/reveal`,
        { field: "mima" },
      );
      return value;
    })
    .toBe(secret);

test("a secret is kept and shown to who opens it", async () => {
  const { page } = boss;
  await page.goto(table.path);
  await grid.ready();

  await test.step("the field is made by hand, without what secrets cannot have", async () => {
    await grid.select("名称", 1);
    await (await grid.columnMenu()).getByRole("menuitem", { name: "在右侧插入" }).click();
    const box = page.getByRole("dialog", { name: "新建字段" });
    await box.getByLabel("字段名称").fill("密码");
    await box.getByRole("searchbox").fill("miwen");
    await box.getByRole("button", { name: "密文", exact: true }).last().click();
    await expect(box.getByText("默认值")).toHaveCount(0);
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/secret-field.png` });
    }
    await box.getByRole("button", { name: /^保存/ }).click();
    await expect(box).toBeHidden();
  });

  await test.step("what is typed over a cell is hidden while it is typed", async () => {
    await grid.select("密码", 1);
    await page.keyboard.press("Enter");
    const input = page.getByRole("textbox", { name: "输入密码" });
    await input.fill(word);
    expect(
      await input.evaluate((one) => getComputedStyle(one).getPropertyValue("-webkit-text-security")),
    ).toBe("disc");
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/secret-cell.png` });
    }
    await page.keyboard.press("Enter");
    await kept(word);
    await expect.poll(values).toEqual([{ set: true }, null]);
  });

  await test.step("a copied cell holds dots, and they cannot be pasted as a secret", async () => {
    await grid.select("密码", 1);
    await page.keyboard.press("ControlOrMeta+c");
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("••••••");
    await grid.select("密码", 2);
    await page.keyboard.press("ControlOrMeta+v");
    await grid.select("密码", 1); // over itself
    await page.keyboard.press("ControlOrMeta+v");
    await grid.select("名称", 2);
    await grid.type("门禁 2");
    const names = async () =>
      (await allRecords(server, token, table.entity)).map(({ fields }) => fields.name);
    await expect.poll(names).toEqual(["路由器", "门禁 2"]); // it was sent after the others
    expect(await values()).toEqual([{ set: true }, null]);
    await kept(word);
    await expect(page.getByRole("alert")).toHaveCount(0);
  });

  await test.step("the record shows it for who asks, and copies it", async () => {
    await grid.select("密码", 1);
    await page.keyboard.press("Space");
    const panel = page.getByRole("complementary").or(page.getByRole("dialog")).last();
    await expect(panel).not.toContainText(word);
    await panel.getByRole("button", { name: "查看", exact: true }).click();
    await expect(panel).toContainText(word);
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/secret-panel.png` });
    }
    await panel.getByRole("button", { name: "隐藏", exact: true }).click();
    await expect(panel).not.toContainText(word);
    await panel.getByRole("button", { name: "复制密文" }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(word);
    await panel.getByRole("button", { name: "编辑密码" }).click();
    await page.getByRole("textbox", { name: "输入密码" }).fill("neu-1");
    await page.getByRole("button", { name: "完成" }).click();
    await kept("neu-1");
    await page.keyboard.press("Escape");
  });

  await test.step("undo brings the old one back", async () => {
    await grid.select("名称", 1);
    await page.keyboard.press("ControlOrMeta+z");
    await kept(word);
  });
});

test("copies and exports do not hold it", async () => {
  const { page } = boss;
  await page.goto(table.path);
  await grid.ready();

  await test.step("a copy of the record has none", async () => {
    await grid.select("名称", 1);
    const at = await grid.rect();
    await page.mouse.click(at.x + 20, at.y + 10, { button: "right" });
    await page.getByRole("menuitem", { name: "复制", exact: true }).click();
    await expect.poll(async () => (await values()).filter(Boolean)).toHaveLength(1);
    await expect.poll(async () => (await values()).length).toBe(3);
  });

  await test.step("an export shows dots", async () => {
    const started = page.waitForEvent("download");
    await page.getByRole("toolbar").getByRole("button", { name: "更多" }).click();
    await page.getByRole("menuitem", { name: "导出 CSV" }).click();
    const file = await (await started).path();
    const text = await readFile(file, "utf8");
    expect(text).toContain("••••••");
    expect(text).not.toContain(word);
  });
});

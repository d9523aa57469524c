import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { Grid } from "./grid";
import { type AppInfo, type Named, signIn } from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let app: Named;
let orders: Named;
let customers: Named;

test.beforeAll(async () => {
  server = await Server.start();
  token = await server.signUp();
  app = await server.api<AppInfo>(token, "POST", "/apps", { name: "销售" });
  customers = await server.api<Named>(token, "POST", `/apps/${app.id}/entities`, { name: "客户" });
  orders = await server.api<Named>(token, "POST", `/apps/${app.id}/entities`, { name: "订单" });
  const fields = `/entities/${orders.id}/fields`;
  await server.api(token, "POST", fields, { name: "单价", key: "price", type: "number" });
  await server.api(token, "POST", fields, { name: "数量", key: "count", type: "number" });
  await server.api(token, "POST", fields, {
    name: "客户",
    key: "customer",
    type: "link",
    options: { entity: customers.id, many: false, inverseName: "订单" },
  });
  const [customer] = (
    await server.api<{ records: { id: string }[] }>(token, "POST", `/entities/${customers.id}/records`, {
      records: [{ fields: { 名称: "华信科技" } }],
      typecast: true,
    })
  ).records;
  await server.api(token, "POST", `/entities/${orders.id}/records`, {
    records: [
      { fields: { 名称: "A1", price: 12, count: 3, customer: [{ id: customer?.id }] } },
      { fields: { 名称: "A2", price: 5, count: 4, customer: [{ id: customer?.id }] } },
    ],
  });
});
test.afterAll(() => server.stop());

/** Begins a field at the right of a column, and picks its type by searching. */
async function newField(page: Page, name: string, find: string, type: string) {
  const grid = new Grid(page);
  await grid.select("数量", 1);
  await (await grid.columnMenu()).getByRole("menuitem", { name: "在右侧插入" }).click();
  const box = page.getByRole("dialog", { name: "新建字段" });
  await box.getByLabel("字段名称").fill(name);
  await box.getByRole("searchbox").fill(find);
  await box.getByRole("button", { name: type, exact: true }).last().click();
  return box;
}

async function choose(page: Page, box: Locator, label: string, option: string): Promise<void> {
  await box
    .getByRole("button", { name: new RegExp(`^${label}`) })
    .first()
    .click();
  await page.getByRole("option", { name: option }).first().click();
}

const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS !== undefined) {
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
  }
};

async function save(page: Page, box: Locator, name: string): Promise<void> {
  await shot(page, name);
  await box.getByRole("button", { name: /^保存/ }).click();
  await expect(box).toBeHidden();
}

async function open(browser: Browser, entity: Named): Promise<{ page: Page; grid: Grid }> {
  const { page } = await signIn(browser, server);
  await page.goto(`/app/${app.id}/table/${entity.id}`);
  const grid = new Grid(page);
  await grid.ready();
  return { page, grid };
}

test("a formula is found by pinyin, written and worked out", async ({ browser }) => {
  const { page, grid } = await open(browser, orders);
  const box = await newField(page, "小计", "gongshi", "公式");
  const source = box.getByRole("combobox", { name: "公式" });
  await source.click();
  await page.keyboard.type("{单价} * {数量}");
  await save(page, box, "formula");
  await grid.expectText("小计", 1, "36");
});

test("a formula tells when a field was changed, and says which fields can be asked", async ({ browser }) => {
  const { page, grid } = await open(browser, orders);
  const box = await newField(page, "价格改于", "gongshi", "公式");
  const source = box.getByRole("combobox", { name: "公式" });
  await source.click();
  await page.keyboard.type("LAST_MODIFIED_TIME({小计})");
  await expect(box).toContainText("「小计」的值是算出来的");
  await source.fill("");
  await page.keyboard.type('DATETIME_FORMAT(LAST_MODIFIED_TIME({单价}),"YYYY")');
  await expect(box.getByRole("region", { name: "结果" })).toContainText(String(new Date().getFullYear()));
  await save(page, box, "formula-changed");
  await grid.expectText("价格改于", 1, String(new Date().getFullYear()));
});

test("a rollup through a link", async ({ browser }) => {
  const { page, grid } = await open(browser, customers);
  await grid.select("订单", 1);
  await (await grid.columnMenu()).getByRole("menuitem", { name: "在右侧插入" }).click();
  const box = page.getByRole("dialog", { name: "新建字段" });
  await box.getByLabel("字段名称").fill("件数");
  await box.getByRole("searchbox").fill("sum");
  await box.getByRole("button", { name: "汇总", exact: true }).last().click();
  await choose(page, box, "通过哪个关联", "订单");
  await choose(page, box, "对方的字段", "数量");
  await save(page, box, "rollup");
  await grid.expectText("件数", 1, "7");
});

test("a lookup through a link", async ({ browser }) => {
  const { page, grid } = await open(browser, orders);
  const box = await newField(page, "客户名称", "lookup", "查找引用");
  await choose(page, box, "通过哪个关联", "客户");
  await choose(page, box, "对方的字段", "名称");
  await save(page, box, "lookup");
  await grid.expectText("客户名称", 1, "华信科技");
});

test("a status whose steps are limited", async ({ browser }) => {
  const { page } = await open(browser, orders);
  const box = await newField(page, "进展", "zt", "状态");
  await box.getByRole("button", { name: "添加选项" }).click();
  await page.keyboard.type("待处理");
  await page.keyboard.press("Enter");
  await page.keyboard.type("已完成");
  await box.getByRole("button", { name: "完结" }).last().click();
  await box.getByLabel("限制流转").check();
  await expect(box.getByLabel("从待处理到已完成")).toBeChecked();
  await save(page, box, "status");
  const entity = await server.api<{ fields: { name: string; options: { transitions?: unknown[] } }[] }>(
    token,
    "GET",
    `/entities/${orders.id}`,
  );
  expect(entity.fields.find(({ name }) => name === "进展")?.options.transitions).toHaveLength(2);
});

test("regions, a conditional duty and a rule", async ({ browser }) => {
  const { page } = await open(browser, orders);
  const regions = await newField(page, "地区", "jilian", "级联");
  await regions.getByText("中国省市区").click();
  await save(page, regions, "regions");
  const note = await newField(page, "备注", "wenben", "单行文本");
  await choose(page, note, "必填", "满足公式时必填");
  await note.getByRole("combobox", { name: "什么时候必填" }).click();
  await page.keyboard.type("{数量} > 100");
  await save(page, note, "required");

  await page.getByRole("toolbar").getByRole("button", { name: "更多" }).click();
  await page.getByRole("menuitem", { name: "数据规则" }).click();
  const panel = page.getByRole("dialog", { name: "数据规则" });
  await panel.getByRole("button", { name: "添加规则" }).click();
  await panel.getByRole("combobox", { name: "必须成立的公式" }).click();
  await page.keyboard.type("{单价} >= 0");
  await panel.getByLabel("中文提示").fill("单价不能是负数");
  await panel.getByLabel("英文提示").fill("The price is not negative");
  await shot(page, "rules");
  await panel.getByRole("button", { name: "保存" }).click();
  await expect(panel).toBeHidden();
  const add = (fields: unknown) => server.api(token, "POST", `/entities/${orders.id}/records`, { fields });
  await expect(add({ price: -1 })).rejects.toThrow("单价不能是负数");
  await expect(add({ price: 1, count: 101 })).rejects.toThrow("422");
  await add({ price: 1, count: 100 });
});

test("two values that a rule ties are filled in one after the other", async ({ browser }) => {
  const jobs = await server.api<Named>(token, "POST", `/apps/${app.id}/entities`, { name: "工期" });
  const fields = `/entities/${jobs.id}/fields`;
  await server.api(token, "POST", fields, { name: "开始", key: "start", type: "number" });
  await server.api(token, "POST", fields, { name: "结束", key: "end", type: "number" });
  await server.api(token, "PATCH", `/entities/${jobs.id}`, {
    rules: [
      {
        formula: "{end} >= {start}",
        message: { "zh-CN": "结束不能早于开始", en: "The end is not before the start" },
        field: "end",
      },
    ],
  });
  const records = `/entities/${jobs.id}/records`;
  const job = await server.api<{ id: string }>(token, "POST", records, { fields: { start: 1, end: 2 } });
  const read = async () =>
    (await server.api<{ fields: Record<string, unknown> }>(token, "GET", `${records}/${job.id}`)).fields;
  const { page } = await signIn(browser, server);
  await page.goto(`/app/${app.id}/table/${jobs.id}?rec=${job.id}`);
  const panel = page.getByRole("dialog");
  const put = async (name: string, value: string) => {
    await panel.getByRole("button", { name: `编辑${name}` }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(value);
    await page.keyboard.press("Enter");
  };
  await put("开始", "5");
  const note = panel.getByText(/“开始”尚未保存/);
  await expect(note).toContainText("结束不能早于开始");
  await shot(page, "held");
  expect(await read()).toMatchObject({ start: 1, end: 2 });
  await put("结束", "9");
  await expect(note).toBeHidden();
  await expect.poll(read).toMatchObject({ start: 5, end: 9 });

  await put("开始", "10");
  await expect(note).toBeVisible();
  await panel.getByRole("button", { name: "放弃" }).click();
  await expect(note).toBeHidden();
  await expect(panel.getByRole("button", { name: "编辑开始" })).toHaveText("5");
  expect(await read()).toMatchObject({ start: 5, end: 9 });
});

test("texts become numbers with a preview, and come back", async ({ browser }) => {
  const parts = await server.api<Named>(token, "POST", `/apps/${app.id}/entities`, { name: "零件" });
  await server.api(token, "POST", `/entities/${parts.id}/fields`, { name: "旧号", key: "old", type: "text" });
  await server.api(token, "POST", `/entities/${parts.id}/records`, {
    records: [{ fields: { old: "12" } }, { fields: { old: "abc" } }],
  });
  const boxes = await server.api<Named>(token, "POST", `/apps/${app.id}/entities`, { name: "箱" });
  const field = (of: Named, body: object) =>
    server.api<{ options: { inverse: string } }>(token, "POST", `/entities/${of.id}/fields`, body);
  const link = await field(parts, {
    name: "所在箱",
    type: "link",
    options: { entity: boxes.id, inverseName: "零件" },
  });
  await field(boxes, {
    name: "带字母",
    type: "count",
    options: { link: link.options.inverse, filter: { field: "old", op: "contains", value: "a" } },
  });
  const { page, grid } = await open(browser, parts);
  await grid.select("旧号", 1);
  await (await grid.columnMenu()).getByRole("menuitem", { name: "编辑字段" }).click();
  const box = page.getByRole("dialog", { name: "编辑字段" });
  await box.getByRole("button", { name: /转换类型/ }).click();
  await box.getByRole("button", { name: "数字", exact: true }).click();
  await box.getByRole("button", { name: /预览转换/ }).click();
  await expect(box.getByText("abc").first()).toBeVisible();
  await expect(box.getByRole("region", { name: "转换后这些设置会失效" })).toContainText("箱 · 带字母");
  await box.getByRole("checkbox", { name: "把旧值另存为一列" }).check();
  await shot(page, "convert");
  await box.getByRole("button", { name: /^转换 \d+ 条/ }).click();
  await expect(box).toBeHidden();
  const type = async () =>
    (
      await server.api<{ fields: { name: string; type: string }[] }>(token, "GET", `/entities/${parts.id}`)
    ).fields.find(({ name }) => name === "旧号")?.type;
  expect(await type()).toBe("number");
  const kept = await server.api<{ records: { fields: { old_old?: string } }[] }>(
    token,
    "GET",
    `/entities/${parts.id}/records`,
  );
  expect(kept.records.map(({ fields }) => fields.old_old)).toEqual(["12", "abc"]);
  await page.getByRole("button", { name: "撤销" }).last().click();
  await expect.poll(type).toBe("text");
});

test("working hours, holidays and rates", async ({ browser }) => {
  const { page } = await signIn(browser, server);
  await page.goto("/settings?tab=calendars");
  await page.getByRole("button", { name: "新建日历" }).click();
  await page.getByRole("button", { name: "粘贴日期" }).click();
  await page.getByRole("textbox", { name: "粘贴日期" }).fill("2026-10-01 至 2026-10-07");
  await page.getByRole("button", { name: "添加 7 天" }).click();
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await expect(page.getByText("已保存")).toBeVisible();
  await shot(page, "calendar");
  const { items } = await server.api<{ items: { holidays: string[] }[] }>(token, "GET", "/calendars");
  expect(items[0]?.holidays).toHaveLength(7);
  await page.getByRole("button", { name: "中国节假日" }).click();
  await page.getByRole("menuitem", { name: "2026 年" }).click();
  await shot(page, "china");
  await page.getByRole("button", { name: "保存", exact: true }).click();
  const calendars = () =>
    server.api<{ items: { holidays: string[]; makeupDays: string[] }[] }>(token, "GET", "/calendars");
  await expect.poll(async () => (await calendars()).items[0]?.holidays).toHaveLength(33);
  expect((await calendars()).items[0]?.makeupDays).toContain("2026-02-14");
  await page.getByRole("tab", { name: "汇率" }).click();
  await page.getByRole("button", { name: "录入汇率" }).click();
  await page.getByLabel("1 USD 等于多少").fill("7.12");
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await expect(page.getByText("1 USD = 7.12 CNY")).toBeVisible();
  await shot(page, "rates");
});

/** Fields that work their values out, made through the picker; newer kinds copied, exported and imported by hand. */
import { readFile } from "node:fs/promises";
import { expect, type Locator, test } from "@playwright/test";
import { Grid } from "./grid";
import { addRecords, allRecords, makeTable, type Named, type Person, signIn, type TableInfo } from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let boss: Person;
let grid: Grid;

test.use({ trace: "off" });
test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  token = await server.signUp();
  await server.api<Named>(token, "POST", "/departments", { name: "销售部" });
  boss = await signIn(browser, server, "boss@example.com", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await boss.context.route("https://go.example.com/**", (route) => route.fulfill({ body: "到了" }));
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

/** Customers, open in the browser, with two orders of the first. */
async function openCustomers(): Promise<TableInfo> {
  const customers = await makeTable(server, token, "客户", [{ key: "name", name: "名称", type: "text" }]);
  const [first] = await addRecords(server, token, customers.entity, [{ name: "华信" }, { name: "博远" }]);
  const orders = await server.api<Named>(token, "POST", `/apps/${customers.app}/entities`, {
    name: "订单",
    fields: [
      { key: "name", name: "单号", type: "text" },
      { key: "amount", name: "数量", type: "number" },
      {
        key: "customer",
        name: "客户",
        type: "link",
        options: { entity: customers.entity, many: false, inverseName: "订单" },
      },
    ],
  });
  await addRecords(server, token, orders.id, [
    { name: "A2", amount: 4, customer: [{ id: first?.id }] },
    { name: "A1", amount: 3, customer: [{ id: first?.id }] },
  ]);
  await boss.page.goto(customers.path);
  await grid.ready();
  return customers;
}

/** Makes a field right of the names, with its type found by a word. */
async function make(name: string, find: string, type: string, set?: (box: Locator) => Promise<void>) {
  const { page } = boss;
  await grid.select("名称", 1);
  await (await grid.columnMenu()).getByRole("menuitem", { name: "在右侧插入" }).click();
  const box = page.getByRole("dialog", { name: "新建字段" });
  await box.getByLabel("字段名称").fill(name);
  await box.getByRole("searchbox").fill(find);
  await box.getByRole("button", { name: type, exact: true }).last().click();
  await set?.(box);
  await box.getByRole("button", { name: /^保存/ }).click();
  await expect(box).toBeHidden();
}

async function choose(box: Locator, label: string, option: string): Promise<void> {
  await box
    .getByRole("button", { name: new RegExp(`^${label}`) })
    .first()
    .click();
  await boss.page.getByRole("option", { name: option, exact: true }).first().click();
}

test("counts, rollups and lookups of lists are made through a link and follow it", async () => {
  await openCustomers();
  const { page } = boss;
  await make("单数", "jishu", "计数", (box) => choose(box, "通过哪个关联", "订单"));
  await grid.expectText("单数", 1, "2");
  await grid.expectText("单数", 2, "0");
  await make("最多", "huizong", "汇总", async (box) => {
    await choose(box, "通过哪个关联", "订单");
    await choose(box, "对方的字段", "数量");
    await choose(box, "怎样汇总", "最大");
  });
  await grid.expectText("最多", 1, "4");
  await make("各单", "lookup", "查找引用", async (box) => {
    await choose(box, "通过哪个关联", "订单");
    await choose(box, "对方的字段", "单号");
    await box.getByRole("button", { name: "添加排序" }).click();
    await box.getByLabel("最多取几条").fill("5");
  });
  await grid.expectText("各单", 1, /^A1[,，、] ?A2$/u);
  await grid.expectText("各单", 2, "");
  // An order is taken from the customer: all three follow.
  const table = page.url();
  await page.getByRole("link", { name: "订单", exact: true }).click();
  await grid.ready();
  await grid.select("客户", 1);
  await page.keyboard.press("Delete");
  await grid.expectText("客户", 1, "");
  await page.goto(table);
  await grid.ready();
  await grid.expectText("单数", 1, "1");
  await grid.expectText("最多", 1, "3");
  await grid.expectText("各单", 1, "A1");
});

test("uuids, clocks and buttons are made through the picker and work", async () => {
  await openCustomers();
  const { page } = boss;
  await make("编码", "uuid", "UUID");
  await page.getByRole("button", { name: "新建客户" }).first().click();
  await grid.expectText("编码", 3, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
  await make("响应", "sla", "时限", async (box) => {
    await box.getByLabel("固定分钟数").last().fill("90");
  });
  await grid.expectText("响应", 1, /\d/u);
  await make("去看", "anniu", "按钮", async (box) => {
    await box.getByLabel("按钮文字").fill("打开官网");
    await box.getByRole("combobox", { name: "打开的网址" }).click();
    await page.keyboard.type('"https://go.example.com/" & LEN({名称})');
  });
  await grid.expectText("去看", 1, "打开官网");
  await grid.select("去看", 2);
  const at = await grid.rect();
  const opened = boss.context.waitForEvent("page");
  await page.mouse.click(at.x + 30, at.y + at.height / 2);
  await (await opened).waitForURL("https://go.example.com/2");
  await (await opened).close();
});

const newer: Readonly<Record<string, unknown>> = {
  duration: 5400,
  progress: 75,
  time: "09:30",
  year: 2026,
  status: "opt_2",
  cascader: "330106",
  department: [],
  users: [],
  json: { a: [1, "二"] },
  location: { lat: 30.25, lng: 120.16, label: "西湖" },
  address: { region: "330106", street: "文三路 1 号" },
  richText: "**粗**体\n第二行",
  markdown: "1. 一\n2. 二",
  barcode: "6901234567892",
  idCard: "11010519491231002X",
  geometry: { type: "Point", coordinates: [120, 30] },
  role: [{ id: "member" }],
};

const optionsOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  status: {
    choices: [
      { id: "opt_1", name: "待处理", color: "gray" },
      { id: "opt_2", name: "处理中", color: "blue" },
    ],
  },
  cascader: { tree: "CN" },
  address: { tree: "CN" },
};

/** A table of the newer kinds: 甲 has a value of each, 乙 none. */
async function openNewer(): Promise<TableInfo> {
  const types = Object.keys(newer);
  const { items: departments } = await server.api<{ items: Named[] }>(token, "GET", "/departments");
  const { items: members } = await server.api<{ items: Named[] }>(token, "GET", "/members");
  const table = await makeTable(server, token, "全部", [
    { key: "name", name: "名称", type: "text" },
    ...types.map((type) => ({ key: type, name: `列${type}`, type, options: optionsOf[type] ?? {} })),
  ]);
  await addRecords(server, token, table.entity, [
    {
      name: "甲",
      ...newer,
      department: departments.map(({ id }) => ({ id })),
      users: members.map(({ id }) => ({ id })),
    },
    { name: "乙" },
  ]);
  await boss.page.goto(table.path);
  await grid.ready();
  return table;
}

/** What the records hold, by their names. */
async function held(table: TableInfo): Promise<Record<string, unknown>> {
  const records = await allRecords(server, token, table.entity);
  return Object.fromEntries(records.map(({ fields: { name, ...rest } }) => [String(name), rest]));
}

test("a row of newer kinds is copied over another and taken back", async () => {
  const table = await openNewer();
  const { page } = boss;
  const before = await held(table);
  await grid.select("列duration", 1);
  await page.keyboard.press("Control+Shift+ArrowRight");
  await page.keyboard.press("Control+c");
  await grid.select("列duration", 2);
  await page.keyboard.press("Control+v");
  await expect.poll(() => held(table)).toEqual({ 甲: before.甲, 乙: before.甲 });
  await page.keyboard.press("Control+z");
  await expect.poll(() => held(table)).toEqual(before);
});

for (const format of ["CSV", "Excel"]) {
  test(`a table of newer kinds goes out as ${format} and comes back the same`, async () => {
    const table = await openNewer();
    const { page } = boss;
    const before = await held(table);
    const download = page.waitForEvent("download");
    await page.getByRole("toolbar").getByRole("button", { name: "更多" }).click();
    await page.getByRole("menuitem", { name: `导出 ${format}` }).click();
    const file = await download;
    const buffer = await readFile(await file.path());
    await page.getByRole("toolbar").getByRole("button", { name: "导入" }).click();
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: file.suggestedFilename(), mimeType: "application/octet-stream", buffer });
    await expect(page.getByText(`${Object.keys(newer).length + 1} 列已匹配`)).toBeVisible();
    for (const { id } of await allRecords(server, token, table.entity)) {
      await server.api(token, "DELETE", `/entities/${table.entity}/records/${id}`);
    }
    await page.getByRole("button", { name: "开始导入" }).click();
    await expect(page.getByRole("heading", { name: "已导入 2 条" })).toBeVisible();
    expect(await held(table)).toEqual(before);
  });
}

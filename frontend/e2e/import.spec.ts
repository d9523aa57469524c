import { readFile } from "node:fs/promises";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { type AppInfo, type RecordInfo, signIn } from "./people";
import { Server } from "./server";
import { gb18030, workbook } from "./tables";

let server: Server;
let token: string;
let app: AppInfo;
let customers: string;

// Each test goes on with what the one before it left.
test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  server = await Server.start();
  token = await server.signUp();
  app = await server.api<AppInfo>(token, "POST", "/apps", {
    template: "crm",
    locale: "zh-CN",
    sampleData: false,
  });
  customers = app.entities.find(({ name }) => name === "客户")?.id ?? "";
});
test.afterAll(() => server.stop());

async function open(browser: Browser, path: string): Promise<Page> {
  const { page } = await signIn(browser, server);
  await page.goto(`${server.base}${path}`);
  return page;
}

const importPath = () => `/app/${app.id}/table/${customers}/import`;

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator('input[type="file"]').setInputFiles({ name, mimeType: "text/csv", buffer });
  await expect(page.getByText("源数据列与示例")).toBeVisible();
}

const picker = (page: Page, header: string) => page.getByLabel(`“${header}”导入到哪个字段`);

async function pick(page: Page, header: string, option: string | RegExp): Promise<void> {
  await picker(page, header).click();
  await page.getByRole("option", { name: option }).click();
  await expect(page.getByRole("listbox")).toHaveCount(0);
}

async function recordsOf(entity: string, filter?: unknown): Promise<readonly RecordInfo[]> {
  const { records } = await server.api<{ records: readonly RecordInfo[] }>(
    token,
    "POST",
    `/entities/${entity}/records/query`,
    { limit: 100, ...(filter !== undefined && { filter }) },
  );
  return records;
}

const figure = (page: Page, label: string) =>
  page.locator("dl > div").filter({ hasText: label }).locator("b").first();

const ledger = [
  ["客户名称", "级别", "联系电话", "合作日期", "年营业额", "城市"],
  ["华信科技", "A 重点", "13800002741", "2024/3/7", "1280000.00", "上海"],
  ["博远医疗", "战略", "13900005518", "2024/13/07", "386000", "杭州"],
  ["", "B 成长", "13900005519", "2024-11-18", "1", "宁波"],
  ["金桥物流", "B 成长", "13700001111", "2025/1/2", "约 30 万", "上海"],
  ["远图测绘", "B 成长", "13700002222", "2025年1月3日", "24800.5", "成都"],
];

test("a GB18030 file with bad rows goes in, tells what failed, and is taken back", async ({ browser }) => {
  const page = await open(browser, importPath());
  await choose(page, "客户台账 2026.csv", gb18030(ledger.map((row) => row.join(",")).join("\r\n")));
  await expect(page.getByRole("button", { name: "编码" })).toContainText("GB18030");
  await expect(picker(page, "客户名称")).toContainText("客户名称");
  await expect(page.getByText("上海 · 杭州 · 宁波")).toBeVisible();

  await pick(page, "客户名称", "不导入这一列");
  await expect(page.getByRole("alert")).toContainText("必填字段“客户名称”还没有对应的列");
  await expect(page.getByRole("button", { name: "开始导入" })).toBeDisabled();

  // From the keyboard: down to the next picker, open it, find a field, take it.
  await picker(page, "客户名称").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("combobox").fill("客户名称");
  await expect(page.getByRole("option").first()).toContainText("客户名称");
  await page.keyboard.press("Enter");
  await expect(picker(page, "客户名称")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(picker(page, "级别")).toBeFocused();
  await pick(page, "级别", /^客户级别/);
  await pick(page, "联系电话", /^公司电话/);
  await pick(page, "城市", /^新建字段/);
  await page.getByRole("button", { name: "开始导入" }).click();

  await expect(page.getByRole("heading", { name: "已导入 2 条，3 行失败" })).toBeVisible();
  await expect(page).toHaveURL(/imp=imp_/);
  await page.reload();
  const rows = page.getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText(/^3合作日期2024\/13\/07/);
  await expect(rows.nth(2)).toContainText(/^4客户名称（空）/);
  await expect(rows.nth(3)).toContainText(/^5年营业额约 30 万/);

  const records = await recordsOf(customers);
  const fields = records.map((record) => record.fields);
  expect(fields.map(({ name }) => name).sort()).toEqual(["华信科技", "远图测绘"].sort());
  expect(fields.find(({ name }) => name === "远图测绘")).toMatchObject({ since: "2025-01-03" });

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载错误行" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  expect(text.startsWith("\uFEFF客户名称,级别,联系电话,合作日期,年营业额,城市,行号,列,原因")).toBe(true);
  expect(text).toContain("博远医疗,战略,13900005518,2024/13/07,386000,杭州,3,合作日期,");

  await page.getByRole("button", { name: "撤销本次导入" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "撤销本次导入" }).click();
  await expect(page.getByRole("heading", { name: "已撤销这次导入" })).toBeVisible();
  expect(await recordsOf(customers)).toEqual([]);
});

test("taken-back records wait in the trash and come back from there", async ({ browser }) => {
  const page = await open(browser, "/trash");
  await expect(page.getByText("华信科技")).toBeVisible();
  await page.getByRole("searchbox", { name: "在回收站里查找" }).fill("远图");
  await expect(page.getByText("华信科技")).toBeHidden();
  await page.getByRole("button", { name: "恢复", exact: true }).click();
  await expect(page.getByText("已恢复“远图测绘”")).toBeVisible();
  expect((await recordsOf(customers)).map(({ fields }) => fields.name)).toEqual(["远图测绘"]);
});

test("rows that find their record by a key update it, with empty cells kept out", async ({ browser }) => {
  const page = await open(browser, importPath());
  const text = "客户名称,网站,合作日期\n远图测绘,https://yuantu.example,\n新来的,,2025-02-01\n";
  await choose(page, "更新.csv", Buffer.from(text));
  await page.getByText("更新已有记录").click();
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(figure(page, "更新")).toHaveText("1");
  await expect(figure(page, "新建")).toHaveText("1");
  const [found] = await recordsOf(customers, { field: "name", op: "eq", value: "远图测绘" });
  expect(found?.fields).toMatchObject({ website: "https://yuantu.example", since: "2025-01-03" });
});

test("a wrong encoding is changed in place", async ({ browser }) => {
  const page = await open(browser, importPath());
  await choose(page, "名单.csv", gb18030("客户名称,地址\n和盛餐饮,苏州\n"));
  await page.getByRole("button", { name: "编码" }).click();
  await page.getByRole("option", { name: "Big5" }).click();
  await expect(picker(page, "客户名称")).toBeHidden();
  await page.getByRole("button", { name: "编码" }).click();
  await page.getByRole("option", { name: "GB18030" }).click();
  await expect(picker(page, "客户名称")).toContainText("客户名称");
});

test("a workbook becomes a table of its own, its dates as the sheet shows them", async ({ browser }) => {
  const page = await open(browser, "/import");
  const sheet = workbook("台账", [
    ["合同", "签订日期", "到期日", "金额"],
    ["C-001", { serial: 45_658 }, { serial: 45_658.0, chinese: true }, 12.5],
    ["C-002", { serial: 45_716 }, { serial: 46_022, chinese: true }, 1280],
  ]);
  await choose(page, "合同台账.xlsx", sheet);
  await expect(page.getByRole("button", { name: "工作表" })).toContainText("台账");
  await expect(page).toHaveURL(/fresh=app/);
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(page.getByRole("heading", { name: "已导入 2 条" })).toBeVisible();
  const entity = /table\/(ent_\w+)/.exec(page.url())?.[1] ?? "";
  const made = await server.api<{ name: string; fields: { key: string; name: string; type: string }[] }>(
    token,
    "GET",
    `/entities/${entity}`,
  );
  expect(made.name).toBe("合同台账");
  expect(made.fields.map(({ name, type }) => `${name}:${type}`)).toEqual([
    "合同:text",
    "签订日期:date",
    "到期日:date",
    "金额:decimal",
  ]);
  const [title, signed, ends] = made.fields.map(({ key }) => key);
  const values = (await recordsOf(entity)).map(({ fields }) =>
    [title, signed, ends].map((key) => fields[key ?? ""]),
  );
  expect(values.sort()).toEqual([
    ["C-001", "2025-01-01", "2025-01-01"],
    ["C-002", "2025-02-28", "2025-12-31"],
  ]);
  await page.getByRole("button", { name: "查看导入的数据" }).click();
  await expect(page).toHaveURL(new RegExp(`/table/${entity}`));
});

test("a large import shows its way, survives a reload and is cancelled with what went in", async ({
  browser,
}) => {
  const page = await open(browser, importPath());
  const lines = Array.from({ length: 120_000 }, (_, row) => `客户${row},地址 ${row} 号`);
  await choose(page, "大表.csv", Buffer.from(`客户名称,地址\n${lines.join("\n")}\n`));
  const before = (await recordsOf(customers)).length;
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(page.getByText("正在导入 120,000 行")).toBeVisible();
  await page.reload();
  await expect(page.getByText("正在导入 120,000 行")).toBeVisible();
  await page.getByRole("button", { name: "取消导入" }).click();
  await page.getByRole("button", { name: "停止，并撤回已写入的" }).click();
  await expect(page.getByRole("heading", { name: "已撤销这次导入" })).toBeVisible({ timeout: 60_000 });
  expect(await recordsOf(customers)).toHaveLength(before);
});

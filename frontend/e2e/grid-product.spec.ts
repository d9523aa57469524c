import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import {
  addMember,
  addRecords,
  allRecords,
  type FieldSpec,
  makeTable,
  type Person,
  type RecordInfo,
  readRecord,
  signIn,
  type TableInfo,
} from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let boss: Person;
let grid: Grid;

const fields: readonly FieldSpec[] = [
  { key: "name", name: "商机名称", type: "text" },
  {
    key: "stage",
    name: "阶段",
    type: "singleSelect",
    options: { choices: [{ name: "意向" }, { name: "谈判中" }, { name: "成交" }] },
  },
  { key: "amount", name: "金额", type: "currency", options: { scale: 2, currency: "CNY" } },
  { key: "note", name: "备注", type: "text" },
];
const stages = ["意向", "谈判中", "成交"];
const rows = Array.from({ length: 12 }, (_, i) => ({
  name: `${["甲", "乙", "丙"][i % 3]}方案 ${i + 1}`,
  stage: stages[i % 3],
  amount: `${(i + 1) * 100}.00`,
}));

test.use({ trace: "off" });
test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  token = await server.signUp();
  await addMember(server, token, { email: "wang@example.com", name: "王敏", roles: ["member"] });
  boss = await signIn(browser, server, "boss@example.com", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

/** A table of its own for each test, open in the browser. */
async function openTable(
  data: readonly Readonly<Record<string, unknown>>[] = rows,
  spec = fields,
): Promise<TableInfo & { readonly records: RecordInfo[] }> {
  const table = await makeTable(server, token, "商机", spec);
  const records = await addRecords(server, token, table.entity, data);
  await boss.page.goto(table.path);
  await grid.ready();
  return { ...table, records };
}

type Opened = Awaited<ReturnType<typeof openTable>>;

/** Waits until the server has a value. */
async function expectSaved(table: Opened, row: number, key: string, value: unknown): Promise<void> {
  const id = table.records[row - 1]?.id ?? "";
  await expect
    .poll(async () => (await readRecord(server, token, table.entity, id)).fields[key] ?? null)
    .toEqual(value);
}

async function changesOf(table: Opened, row: number): Promise<unknown[]> {
  const id = table.records[row - 1]?.id ?? "";
  const { items } = await server.api<{ items: { op: string; changes: { after: unknown }[] }[] }>(
    token,
    "GET",
    `/entities/${table.entity}/records/${id}/history`,
  );
  return items.filter((entry) => entry.op === "update").flatMap((entry) => entry.changes.map((c) => c.after));
}

test.describe("typing", () => {
  test("Chinese typed with an input method reaches the server, its pinyin never does", async () => {
    const table = await openTable();
    await grid.select("商机名称", 1);
    await grid.compose("z");
    await grid.compose("zhang'san'feng");
    await grid.insert("张三丰");
    await boss.page.keyboard.press("Enter");
    await expectSaved(table, 1, "name", "张三丰");
    await grid.expectText("商机名称", 1, "张三丰");

    await boss.page.keyboard.press("Enter");
    await boss.page.keyboard.press("Control+a");
    await grid.compose("nihao");
    await grid.composedEnter();
    await expect(grid.input).toHaveValue("nihao");
    await grid.insert("你好");
    await boss.page.keyboard.press("Enter");
    await expectSaved(table, 2, "name", "你好");
    expect(await changesOf(table, 1)).toEqual(["张三丰"]);
    expect(await changesOf(table, 2)).toEqual(["你好"]);
  });

  test("no first letter is lost, cell after cell, by keys alone", async () => {
    const table = await openTable();
    await grid.select("备注", 1);
    const words = ["abc", "x", "7", "Quick brown", "终", "zz"];
    for (const word of words) {
      await grid.type(word);
    }
    for (const [i, word] of words.entries()) {
      await expectSaved(table, i + 1, "note", word);
    }
    await grid.select("商机名称", 7);
    await boss.page.keyboard.press("F2");
    await boss.page.keyboard.type("!");
    await boss.page.keyboard.press("Tab");
    await boss.page.keyboard.press("Tab");
    await boss.page.keyboard.type("1234.5");
    await boss.page.keyboard.press("Enter");
    await boss.page.keyboard.type("no");
    await boss.page.keyboard.press("Escape");
    await expectSaved(table, 7, "name", "甲方案 7!");
    await expectSaved(table, 7, "amount", "1234.50");
    await boss.page.keyboard.press("Delete");
    await expectSaved(table, 8, "amount", null);
    await boss.page.keyboard.press("Control+z");
    await expectSaved(table, 8, "amount", "800.00");
  });
});

test("5,000 pasted cells are painted at once, all arrive, and undo takes them back", async () => {
  test.slow();
  const columns = Array.from({ length: 10 }, (_, i) => ({ key: `c${i}`, name: `列 ${i}`, type: "text" }));
  const empty = Array.from({ length: 500 }, (_, i) => ({ c0: `原 ${i}` }));
  const table = await openTable(empty, columns);
  const cell = (row: number, column: number) => `粘贴 ${row}-${column}`;
  const lines = empty.map((_, row) => columns.map((_, column) => cell(row, column)).join("\t"));
  await boss.page.evaluate((text) => navigator.clipboard.writeText(text), lines.join("\n"));
  await grid.select("列 0", 1);
  const painted = boss.page.evaluate(
    () =>
      new Promise<number>((done) => {
        document.addEventListener(
          "paste",
          () => {
            const start = performance.now();
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
          },
          { capture: true, once: true },
        );
      }),
  );
  await boss.page.keyboard.press("Control+v");
  const paint = await painted;
  await grid.expectText("列 0", 1, cell(0, 0), 2000);
  await grid.expectText("列 5", 10, cell(9, 5), 2000);
  const saved = async () =>
    (await allRecords(server, token, table.entity)).map((one) => columns.map(({ key }) => one.fields[key]));
  await expect.poll(async () => (await saved()).at(-1)?.at(-1), { timeout: 30_000 }).toBe(cell(499, 9));
  console.log(`paste of 5,000 cells: painted after ${paint.toFixed(0)} ms`);
  expect(paint).toBeLessThan(500);
  expect(await saved()).toEqual(empty.map((_, row) => columns.map((_, column) => cell(row, column))));

  await boss.page.keyboard.press("Control+z");
  await expect.poll(async () => (await saved()).at(-1)?.at(-1), { timeout: 30_000 }).toBeUndefined();
  expect((await saved()).flat().filter((value) => value !== undefined)).toEqual(empty.map(({ c0 }) => c0));
  await grid.expectText("列 0", 1, "原 0");
});

test.describe("views", () => {
  test("sorts, filters and hides", async () => {
    await openTable();
    const { page } = boss;
    await page.getByRole("button", { name: "排序" }).click();
    await page.getByRole("button", { name: "添加排序" }).click();
    await page.getByRole("radio", { name: "倒序" }).click();
    const names = rows.map((one) => one.name);
    await expect.poll(async () => (await grid.texts("商机名称"))[0]).toMatch(/^乙/);
    await page.getByRole("button", { name: "移除排序" }).click();
    await expect.poll(() => grid.texts("商机名称")).toEqual(names);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "筛选" }).click();
    await page.getByRole("button", { name: "添加条件", exact: true }).click();
    await page.getByRole("textbox", { name: "值" }).fill("甲");
    await grid.expectCount(4);
    await page.getByRole("button", { name: "移除条件" }).click();
    await grid.expectCount(12);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "字段", exact: true }).click();
    await page.getByRole("switch", { name: "备注" }).click();
    await expect.poll(() => grid.titles()).toEqual(["商机名称", "阶段", "金额"]);
    await expect(page.getByRole("button", { name: "隐藏 1 个字段" })).toBeVisible();
  });

  test("groups with totals and a figure under a column", async () => {
    await openTable();
    const { page } = boss;
    await grid.select("金额", 1);
    const cell = await grid.rect();
    const canvas = await grid.canvas();
    await page.mouse.click(cell.x + cell.width / 2, canvas.y + canvas.height - 17);
    await page.getByRole("menuitemradio", { name: "求和" }).click();
    const head = grid.mirror.locator("[role=columnheader]").filter({ hasText: "金额" });
    await expect(head).toHaveAttribute("aria-description", /7,800/);

    await page.getByRole("button", { name: "分组" }).click();
    await page.getByRole("menuitemradio", { name: "阶段" }).click();
    const groups = grid.mirror.locator("[role=row][aria-expanded]");
    await expect(groups).toHaveCount(3);
    await expect(groups.nth(0)).toHaveText(/^意向 4 条.*2,200/);
    await expect(groups.nth(2)).toHaveText(/^成交 4 条.*3,000/);
    await grid.select("金额", 1);
    await page.keyboard.type("10100");
    await page.keyboard.press("Enter");
    await expect(groups.nth(0)).toHaveText(/12,200/);
    await expect(head).toHaveAttribute("aria-description", /17,800/);
  });

  test("a new field with two options is made beside the last column", async () => {
    const table = await openTable();
    const { page } = boss;
    await grid.select("备注", 1);
    const last = await grid.rect();
    const canvas = await grid.canvas();
    await page.mouse.click(last.x + last.width + 30, canvas.y + 18);
    await page.getByRole("textbox", { name: "字段名称" }).fill("来源");
    await page.getByRole("button", { name: "单选" }).first().click();
    await page.getByRole("button", { name: "添加选项" }).click();
    await page.getByRole("textbox", { name: "选项名称" }).first().fill("官网");
    await page.getByRole("textbox", { name: "选项名称" }).first().press("Enter");
    await page.getByRole("textbox", { name: "选项名称" }).nth(1).fill("转介绍");
    await page.getByRole("button", { name: /^保存/ }).click();
    await expect.poll(() => grid.titles()).toContain("来源");
    const entity = await server.api<{
      fields: { key: string; name: string; options: { choices?: { name: string }[] } }[];
    }>(token, "GET", `/entities/${table.entity}`);
    const made = entity.fields.find((field) => field.name === "来源");
    expect(made?.options.choices?.map((one) => one.name)).toEqual(["官网", "转介绍"]);

    await grid.select("来源", 2);
    await page.keyboard.type("转");
    await expect(page.getByRole("option", { name: "转介绍" })).toBeVisible();
    await page.keyboard.press("Enter");
    await grid.expectText("来源", 2, "转介绍");
    const id = table.records[1]?.id ?? "";
    await expect
      .poll(async () => (await readRecord(server, token, table.entity, id)).fields[made?.key ?? ""])
      .toMatchObject({ name: "转介绍" });
  });
});

test.describe("records", () => {
  test("a deleted record goes into the trash and comes back by undo", async () => {
    const table = await openTable();
    const { page } = boss;
    await grid.select("商机名称", 3);
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menuitem", { name: "删除记录" }).click();
    await grid.expectCount(11);
    const trash = async () =>
      (await server.api<{ items: unknown[] }>(token, "GET", `/trash?entity=${table.entity}`)).items.length;
    await expect.poll(trash).toBe(1);
    const note = page.getByRole("listitem").filter({ hasText: "移到回收站" });
    await note.getByRole("button", { name: "撤销" }).click();
    await grid.expectCount(12);
    await expect.poll(trash).toBe(0);
    await grid.expectText("商机名称", 3, "丙方案 3");
  });

  test("the drawer: edits in place, history and a comment that mentions a colleague", async () => {
    const table = await openTable();
    const { page } = boss;
    await grid.select("商机名称", 2);
    await page.keyboard.press("Space");
    const drawer = page.getByRole("dialog", { name: "乙方案 2" });
    await expect(drawer).toBeVisible();
    await drawer.getByRole("button", { name: /备注/ }).click();
    await page.keyboard.type("等客户回复");
    await page.keyboard.press("Enter");
    await expectSaved(table, 2, "note", "等客户回复");
    await grid.expectText("备注", 2, "等客户回复");

    await drawer.getByRole("tab", { name: "动态" }).click();
    const latest = drawer.getByRole("article").first();
    await expect(latest).toContainText("周雨桐");
    await expect(latest).toContainText("等客户回复");

    await drawer.getByRole("tab", { name: "评论" }).click();
    const box = drawer.getByRole("textbox", { name: /写评论/ });
    await box.click();
    await page.keyboard.type("请看一下 @王");
    await drawer.getByRole("option", { name: /王敏/ }).click();
    await drawer.getByRole("button", { name: "发送" }).click();
    await expect(drawer.getByRole("article").filter({ hasText: "请看一下 @王敏" })).toBeVisible();
    const id = table.records[1]?.id ?? "";
    const comments = await server.api<{ items: { mentions: string[] }[] }>(
      token,
      "GET",
      `/entities/${table.entity}/records/${id}/comments`,
    );
    expect(comments.items.map((one) => one.mentions.length)).toEqual([1]);
    await drawer.getByRole("button", { name: "关闭" }).first().click();
    await expect(drawer).toBeHidden();
  });
});

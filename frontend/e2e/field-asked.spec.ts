import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import { addRecords, makeTable, type Named, type Person, signIn } from "./people";
import { Server } from "./server";

let server: Server;
let token: string;
let boss: Person;
let grid: Grid;
let path: string;

const states = {
  choices: [
    { id: "opt_1", name: "待处理", color: "gray" },
    { id: "opt_2", name: "处理中", color: "blue" },
    { id: "opt_3", name: "已完成", color: "green", done: true },
  ],
};

interface Kind {
  readonly type: string;
  /** What its field is called; each kind has one of its own. */
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Of the records 甲, 乙 and 丙; 丁 has none. */
  readonly values: readonly unknown[];
  readonly op: string;
  /** How the value of the condition is given. */
  readonly ask: "typed" | "range" | "listed" | "tree" | "none";
  readonly value: readonly string[];
  readonly found: readonly string[];
  /** The records from the least to the most; undefined: not to be sorted by. */
  readonly sorted?: readonly string[];
  /** The groups, in their order; undefined: not to be grouped by. */
  readonly groups?: readonly string[];
}

let kinds: readonly Kind[] = [];

/** Stores a small picture that a record may hold. */
async function storeImage(): Promise<Named> {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const form = new FormData();
  form.set("file", new Blob([Buffer.from(png, "base64")], { type: "image/png" }), "图.png");
  const answer = await fetch(`${server.base}/api/v1/files`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: form,
  });
  return (await answer.json()) as Named;
}

const ordered: readonly Kind[] = [
  {
    type: "duration",
    name: "用时",
    values: [5400, 60, 86_400],
    op: "大于",
    ask: "typed",
    value: ["1h"],
    found: ["甲", "丙"],
    sorted: ["乙", "甲", "丙"],
    groups: ["0:01", "1:30", "24:00"],
  },
  {
    type: "currency", // in several currencies: 1 USD is worth 7 CNY
    name: "报价",
    options: { scale: 2, currency: "CNY", currencies: ["CNY", "USD"] },
    values: [
      { amount: "100", currency: "CNY" },
      { amount: "20", currency: "USD" },
      { amount: "5", currency: "CNY" },
    ],
    op: "大于等于",
    ask: "typed",
    value: ["$14"],
    found: ["甲", "乙"],
    sorted: ["丙", "甲", "乙"],
    groups: ["CNY 人民币", "USD 美元"],
  },
  {
    type: "year",
    name: "年度",
    values: [2026, 1999, 2030],
    op: "介于",
    ask: "range",
    value: ["2000", "2028"],
    found: ["甲"],
    sorted: ["乙", "甲", "丙"],
    groups: ["1999", "2026", "2030"],
  },
  {
    type: "progress",
    name: "完成度",
    values: [40, 10, 100],
    op: "小于等于",
    ask: "typed",
    value: ["40"],
    found: ["甲", "乙"],
    sorted: ["乙", "甲", "丙"],
    groups: ["10%", "40%", "100%"],
  },
  {
    type: "time",
    name: "几点",
    values: ["10:30", "09:00", "23:15"],
    op: "小于",
    ask: "typed",
    value: ["11:00"],
    found: ["甲", "乙"],
    sorted: ["乙", "甲", "丙"],
    groups: ["09:00", "10:30", "23:15"],
  },
  {
    type: "status",
    name: "进展",
    options: states,
    values: ["opt_2", "opt_1", "opt_3"],
    op: "属于",
    ask: "listed",
    value: ["待处理", "已完成"],
    found: ["乙", "丙"],
    sorted: ["乙", "甲", "丙"],
    groups: ["待处理", "处理中", "已完成"],
  },
  {
    type: "cascader",
    name: "地区",
    options: { tree: "CN" },
    values: ["330106", "110101", "330100"],
    op: "包含任一",
    ask: "tree",
    value: ["浙江省", "浙江省 · 全部"],
    found: ["甲", "丙"],
    groups: ["北京市/市辖区/东城区", "浙江省/杭州市", "浙江省/杭州市/西湖区"],
  },
];

/** Kinds whose values have ids of this installation. */
async function madeKinds(): Promise<Kind[]> {
  const sales = await server.api<Named>(token, "POST", "/departments", { name: "销售部" });
  const works = await server.api<Named>(token, "POST", "/departments", { name: "工程部" });
  const { items } = await server.api<{ items: Named[] }>(token, "GET", "/members");
  const me = items.map(({ id }) => ({ id }));
  const image = await storeImage();
  return [
    {
      type: "department",
      name: "归口",
      values: [[{ id: sales.id }], [{ id: works.id }], [{ id: sales.id }]],
      op: "都不包含",
      ask: "listed",
      value: ["销售部"],
      found: ["乙", "丁"],
      groups: ["工程部", "销售部"],
    },
    {
      type: "users",
      name: "参与人",
      values: [me],
      op: "包含任一",
      ask: "listed",
      value: ["周雨桐"],
      found: ["甲"],
      groups: ["周雨桐"],
    },
    {
      type: "role",
      name: "角色组",
      values: [[{ id: "member" }], [{ id: "admin" }]],
      op: "包含任一",
      ask: "listed",
      value: ["成员"],
      found: ["甲"],
    },
    {
      type: "image",
      name: "照片",
      values: [null, [{ id: image.id }]],
      op: "为空",
      ask: "none",
      value: [],
      found: ["甲", "丙", "丁"],
    },
  ];
}

test.use({ trace: "off" });
test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  token = await server.signUp();
  await server.api(token, "PUT", "/rates", { date: "2026-01-01", base: "CNY", rates: { USD: "7" } });
  kinds = [...ordered, ...(await madeKinds())];
  const table = await makeTable(server, token, "试验", [
    { key: "name", name: "名称", type: "text" },
    ...kinds.map(({ type, name, options = {} }) => ({ key: type, name, type, options })),
  ]);
  const rows = ["甲", "乙", "丙", "丁"].map((name, row) => ({
    name,
    ...Object.fromEntries(kinds.map(({ type, values }) => [type, values[row] ?? null])),
  }));
  await addRecords(server, token, table.entity, rows);
  boss = await signIn(browser, server);
  grid = new Grid(boss.page);
  path = table.path;
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

test.beforeEach(async () => {
  await boss.page.goto(path);
  await grid.ready();
});

const names = () => grid.texts("名称");
const sortedNames = async () => (await names()).sort();

/** Takes an option of a list that a labelled button opens. */
async function pick(label: string, option: string): Promise<void> {
  await boss.page
    .getByRole("button", { name: new RegExp(`^${label}:`) })
    .last()
    .click();
  await boss.page.getByRole("option", { name: option, exact: true }).click();
}

async function giveValue({ ask, value }: Kind): Promise<void> {
  const { page } = boss;
  if (ask === "typed") {
    await page.getByRole("textbox", { name: "值", exact: true }).fill(value[0] ?? "");
  } else if (ask === "range") {
    await page.getByRole("textbox", { name: "从", exact: true }).fill(value[0] ?? "");
    await page.getByRole("textbox", { name: "到", exact: true }).fill(value[1] ?? "");
  } else if (ask !== "none") {
    await page.getByRole("button", { name: /^值/ }).click();
    for (const one of value) {
      await page.getByRole("option", { name: one, exact: true }).click();
    }
  }
}

test("newer kinds are filtered by what their own pickers give", async () => {
  const { page } = boss;
  await page.getByRole("button", { name: "筛选" }).click();
  for (const kind of kinds) {
    await test.step(kind.type, async () => {
      await page.getByRole("button", { name: "添加条件", exact: true }).click();
      await pick("字段", kind.name);
      await pick("条件", kind.op);
      await giveValue(kind);
      await expect.poll(sortedNames).toEqual([...kind.found].sort());
      const box = page.getByRole("button", { name: "移除条件" });
      if (kind.ask === "listed" || kind.ask === "tree") {
        await page.keyboard.press("Escape"); // the list, not the filter
      }
      await box.click();
      await grid.expectCount(4);
    });
  }
});

test("newer kinds are sorted by, both ways", async () => {
  const { page } = boss;
  await page.getByRole("button", { name: "排序" }).click();
  await page.getByRole("button", { name: "添加排序" }).click();
  for (const { type, name, sorted } of kinds) {
    if (sorted !== undefined) {
      await test.step(type, async () => {
        await pick("字段", name);
        await page.getByRole("radio", { name: "正序" }).click();
        await expect.poll(names).toEqual(["丁", ...sorted]);
        await page.getByRole("radio", { name: "倒序" }).click();
        await expect
          .poll(async () => (await names()).filter((one) => one !== "丁"))
          .toEqual(sorted.toReversed());
      });
    }
  }
});

test("newer kinds are grouped by from the menu", async () => {
  const { page } = boss;
  const heads = grid.mirror.locator("[role=row][aria-expanded]");
  for (const { type, name, groups } of kinds) {
    if (groups !== undefined) {
      await test.step(type, async () => {
        await page.getByRole("button", { name: "分组" }).click();
        await page.getByRole("menuitemradio", { name, exact: true }).click();
        await expect(page.getByRole("button", { name: `按${name}分组` })).toBeVisible();
        await expect(heads).toContainText(["未填写", ...groups]);
      });
    }
  }
  await page.getByRole("button", { name: "分组" }).click();
  await page.getByRole("menuitem", { name: "不分组" }).click();
  await expect(heads).toHaveCount(0);
});

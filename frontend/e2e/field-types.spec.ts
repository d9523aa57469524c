import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import {
  addRecords,
  makeTable,
  type Named,
  type Person,
  type RecordInfo,
  readRecord,
  signIn,
} from "./people";
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
    permissions: ["clipboard-read", "clipboard-write", "geolocation"],
    geolocation: { latitude: 30.25, longitude: 120.16 },
  });
  grid = new Grid(boss.page);
});
test.afterAll(async () => {
  await boss.context.close();
  await server.stop();
});

type Options = Readonly<Record<string, unknown>>;
interface Opened {
  readonly entity: string;
  readonly records: readonly RecordInfo[];
  readonly view: string;
}

/** A table with one field of the kind, open in the browser. */
async function open(type: string, options: Options = {}, values: readonly unknown[] = []): Promise<Opened> {
  const table = await makeTable(server, token, "试验", [
    { key: "name", name: "名称", type: "text" },
    { key: "f", name: "值", type, options },
  ]);
  const rows = ["甲", "乙", "丙"].map((name, i) => ({
    name,
    ...(values[i] !== undefined && { f: values[i] }),
  }));
  const records = await addRecords(server, token, table.entity, rows);
  await boss.page.goto(table.path);
  await grid.ready();
  const { views } = await server.api<{ views: Named[] }>(token, "GET", `/entities/${table.entity}`);
  return { entity: table.entity, records, view: views[0]?.id ?? "" };
}

async function expectSaved(table: Opened, row: number, value: unknown): Promise<void> {
  const id = table.records[row - 1]?.id ?? "";
  await expect
    .poll(async () => (await readRecord(server, token, table.entity, id)).fields.f ?? null)
    .toEqual(value);
}

async function paste(text: string): Promise<void> {
  await boss.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await boss.page.keyboard.press("Control+v");
}

interface Kind {
  readonly type: string;
  readonly options?: Options;
  readonly typed: string;
  readonly saved: unknown;
  readonly pasted: string;
  readonly kept: unknown;
  /** What the cell shows of the pasted text. */
  readonly shown: string | RegExp;
  /** What its field does not take. */
  readonly refused?: string;
}

const states = {
  choices: [
    { id: "opt_1", name: "待处理", color: "gray" },
    { id: "opt_2", name: "处理中", color: "blue" },
    { id: "opt_3", name: "已完成", color: "green", done: true },
  ],
};
const goods = {
  choices: [{ name: "硬件" }, { name: "打印机", parent: "硬件" }, { name: "软件" }],
};
const named = (name: string) => [expect.objectContaining({ name })];

const kinds: readonly Kind[] = [
  {
    type: "richText",
    typed: "**粗**体",
    saved: "**粗**体",
    pasted: "# 标题",
    kept: "# 标题",
    shown: "# 标题",
  },
  { type: "markdown", typed: "- 一", saved: "- 一", pasted: "## 二", kept: "## 二", shown: "## 二" },
  {
    type: "barcode",
    typed: "6901234567892",
    saved: "6901234567892",
    pasted: "ABC-1",
    kept: "ABC-1",
    shown: "ABC-1",
  },
  {
    type: "idCard",
    typed: "11010519491231002x",
    saved: "11010519491231002X",
    pasted: "11010519491231002X",
    kept: "11010519491231002X",
    shown: "11010519491231002X",
    refused: "110105194912310021",
  },
  {
    type: "duration",
    typed: "1h30m",
    saved: 5400,
    pasted: "2:15",
    kept: 8100,
    shown: "2:15",
    refused: "soon",
  },
  { type: "progress", typed: "40", saved: 40, pasted: "75%", kept: 75, shown: "75%", refused: "101" },
  {
    type: "time",
    typed: "9:30",
    saved: "09:30",
    pasted: "下午3:00",
    kept: "15:00",
    shown: "15:00",
    refused: "25:00",
  },
  {
    type: "year",
    typed: "2026",
    saved: 2026,
    pasted: "2027-05-01",
    kept: 2027,
    shown: "2027",
    refused: "12345",
  },
  {
    type: "json",
    typed: '{"id":"x","name":"y"}',
    saved: { id: "x", name: "y" },
    pasted: "[1,2]",
    kept: [1, 2],
    shown: "[1,2]",
    refused: "{a:1}",
  },
  {
    type: "location",
    typed: "30.25,120.16 西湖",
    saved: { lat: 30.25, lng: 120.16, label: "西湖" },
    pasted: "31.2, 121.5",
    kept: { lat: 31.2, lng: 121.5 },
    shown: "31.2,121.5",
    refused: "95,0",
  },
  {
    type: "address",
    typed: "浙江省杭州市西湖区文三路 1 号",
    saved: { region: "330106", street: "文三路 1 号", text: "浙江省杭州市西湖区 文三路 1 号" },
    pasted: "某街 1 号",
    kept: { street: "某街 1 号", text: "某街 1 号" },
    shown: "某街 1 号",
  },
  {
    type: "geometry",
    typed: '{"type":"Point","coordinates":[120,30]}',
    saved: { type: "Point", coordinates: [120, 30] },
    pasted: '{"type":"Point","coordinates":[1,2]}',
    kept: { type: "Point", coordinates: [1, 2] },
    shown: /"Point"/u,
    refused: "[1]",
  },
  {
    type: "status",
    options: states,
    typed: "处理中",
    saved: expect.objectContaining({ name: "处理中" }),
    pasted: "已完成",
    kept: expect.objectContaining({ name: "已完成", done: true }),
    shown: "已完成",
    refused: "作废",
  },
  {
    type: "cascader",
    options: goods,
    typed: "打印机",
    saved: expect.objectContaining({ path: ["硬件", "打印机"] }),
    pasted: "软件",
    kept: expect.objectContaining({ path: ["软件"] }),
    shown: "软件",
    refused: "软件/打印机",
  },
  {
    type: "cascader",
    options: { tree: "CN" },
    typed: "杭州 西湖区",
    saved: { id: "330106", name: "西湖区", path: ["浙江省", "杭州市", "西湖区"] },
    pasted: "北京市/东城区",
    kept: { id: "110101", name: "东城区", path: ["北京市", "市辖区", "东城区"] },
    shown: "北京市/市辖区/东城区",
  },
  {
    type: "users",
    typed: "周雨桐",
    saved: named("周雨桐"),
    pasted: "周雨桐",
    kept: named("周雨桐"),
    shown: "周雨桐",
  },
  {
    type: "department",
    typed: "销售",
    saved: named("销售部"),
    pasted: "销售部",
    kept: named("销售部"),
    shown: "销售部",
  },
  {
    type: "role",
    typed: "成员",
    saved: [expect.objectContaining({ id: "member" })],
    pasted: "member",
    kept: [expect.objectContaining({ id: "member" })],
    shown: "成员",
  },
];

/** Kinds whose cells open a list. */
const listed: ReadonlySet<string> = new Set(["status", "cascader", "users", "department", "role"]);

for (const kind of kinds) {
  const where = kind.options?.tree === undefined ? "" : " of regions";
  test(`${kind.type}${where} is typed, pasted, refused and taken back`, async () => {
    const table = await open(kind.type, kind.options);
    await grid.select("值", 1);
    await boss.page.keyboard.type(kind.typed);
    if (listed.has(kind.type)) {
      await expect(boss.page.locator("[data-cell-editor] [role=option]").first()).toBeVisible();
    }
    await boss.page.keyboard.press("Enter");
    if (kind.type === "users") {
      await boss.page.keyboard.press("Escape"); // it stays open for more of them
    }
    await expectSaved(table, 1, kind.saved);
    await grid.select("值", 2);
    await paste(kind.pasted);
    await expectSaved(table, 2, kind.kept);
    await grid.expectText("值", 2, kind.shown);
    await boss.page.keyboard.press("Control+z");
    await expectSaved(table, 2, null);
    if (kind.refused !== undefined) {
      await grid.select("值", 3);
      await paste(kind.refused);
      await boss.page.waitForTimeout(300);
      await expectSaved(table, 3, null);
    }
  });
}

interface Order {
  readonly type: string;
  readonly options?: Options;
  readonly values: readonly unknown[];
  /** Names of the records from the least to the most; undefined: not to be sorted. */
  readonly sorted?: readonly string[];
  /** The groups, in their order. */
  readonly groups: readonly string[];
  readonly filter: { readonly op: string; readonly value: unknown; readonly found: readonly string[] };
}

const orders: readonly Order[] = [
  {
    type: "duration",
    values: [5400, 60, 86400],
    sorted: ["乙", "甲", "丙"],
    groups: ["0:01", "1:30", "24:00"],
    filter: { op: "gt", value: 3600, found: ["甲", "丙"] },
  },
  {
    type: "progress",
    values: [40, 10, 100],
    sorted: ["乙", "甲", "丙"],
    groups: ["10%", "40%", "100%"],
    filter: { op: "lte", value: 40, found: ["甲", "乙"] },
  },
  {
    type: "time",
    values: ["10:30", "09:00", "23:15"],
    sorted: ["乙", "甲", "丙"],
    groups: ["09:00", "10:30", "23:15"],
    filter: { op: "between", value: ["09:00", "11:00"], found: ["甲", "乙"] },
  },
  {
    type: "year",
    values: [2026, 1999, 2030],
    sorted: ["乙", "甲", "丙"],
    groups: ["1999", "2026", "2030"],
    filter: { op: "eq", value: 1999, found: ["乙"] },
  },
  {
    type: "status",
    options: states,
    values: ["opt_2", "opt_1", "opt_3"],
    sorted: ["乙", "甲", "丙"],
    groups: ["待处理", "处理中", "已完成"],
    filter: { op: "in", value: ["opt_1", "opt_3"], found: ["乙", "丙"] },
  },
  {
    type: "cascader",
    options: { tree: "CN" },
    values: ["330106", "110101", "330100"],
    groups: ["北京市/市辖区/东城区", "浙江省/杭州市", "浙江省/杭州市/西湖区"],
    filter: { op: "hasAny", value: ["330000"], found: ["甲", "丙"] },
  },
];

for (const one of orders) {
  test(`${one.type} is filtered, sorted and grouped by`, async () => {
    const table = await open(one.type, one.options, one.values);
    const { fields } = await server.api<{ fields: { id: string; key: string }[] }>(
      token,
      "GET",
      `/entities/${table.entity}`,
    );
    const field = fields.find(({ key }) => key === "f")?.id ?? "";
    const show = async (patch: Options) => {
      await server.api(token, "PATCH", `/views/${table.view}`, patch);
      await boss.page.reload();
      await grid.ready();
    };
    const { op, value, found } = one.filter;
    await show({ filter: { field, op, value } });
    expect((await grid.texts("名称")).sort()).toEqual([...found].sort());
    if (one.sorted !== undefined) {
      await show({ filter: null, sort: [{ field, dir: "asc" }] });
      expect(await grid.texts("名称")).toEqual(one.sorted);
    }
    await show({ filter: null, sort: [], group: [{ field, dir: "asc" }] });
    for (const group of one.groups) {
      await expect(grid.mirror.locator("[aria-expanded]").filter({ hasText: group }).first()).toBeAttached();
    }
  });
}

test("a state offers only where its rules lead", async () => {
  const table = await open(
    "status",
    {
      ...states,
      transitions: [
        { from: "待处理", to: "处理中" },
        { from: "处理中", to: "已完成" },
      ],
    },
    ["opt_1"],
  );
  await grid.select("值", 1);
  await boss.page.keyboard.press("Enter");
  const list = boss.page.getByRole("listbox", { name: "值" });
  await expect(list.getByRole("option")).toHaveText(["待处理", "处理中"]);
  await list.getByRole("option", { name: "处理中" }).click();
  await expectSaved(table, 1, expect.objectContaining({ name: "处理中" }));
});

/** Opens the record of the first row beside the grid. */
async function openRecord(): Promise<void> {
  await grid.select("名称", 1);
  await boss.page.keyboard.press("Space");
  await expect(boss.page.getByRole("tab", { name: "详情" })).toBeVisible();
}

test("rich text is written with the toolbar alone and kept as Markdown", async () => {
  const table = await open("richText");
  await openRecord();
  await boss.page.getByRole("button", { name: "编辑值" }).click();
  const box = boss.page.getByRole("textbox", { name: "值" });
  await box.fill("下周签约");
  await boss.page.keyboard.press("Control+a");
  await boss.page.getByRole("button", { name: "加粗" }).click();
  await boss.page.getByRole("button", { name: "完成" }).click();
  await expectSaved(table, 1, "**下周签约**");
});

test("HTML within Markdown is shown as text and runs nothing", async () => {
  await open("markdown", {}, ['<img src=x onerror="window.hacked=1"> [去](javascript:alert(1)) **好**']);
  await openRecord();
  await expect(boss.page.locator("strong", { hasText: "好" })).toBeVisible();
  await expect(boss.page.locator('a[href^="javascript"]')).toHaveCount(0);
  expect(await boss.page.evaluate(() => "hacked" in window)).toBe(false);
});

test("a place is taken from the device, a region by going down the tree", async () => {
  const place = await open("location");
  await openRecord();
  await boss.page.getByRole("button", { name: "编辑值" }).click();
  await boss.page.getByRole("button", { name: "用我的位置" }).click();
  await expect(boss.page.getByRole("textbox", { name: "纬度" })).toHaveValue("30.250000");
  await boss.page.getByRole("button", { name: "完成" }).click();
  await expectSaved(place, 1, { lat: 30.25, lng: 120.16 });
  const tree = await open("cascader", { tree: "CN" });
  await openRecord();
  await boss.page.getByRole("button", { name: "编辑值" }).click();
  await boss.page.getByRole("option", { name: "浙江省" }).click();
  await boss.page.getByRole("option", { name: "杭州市", exact: true }).click();
  await boss.page.getByRole("option", { name: "西湖区" }).click();
  await expectSaved(tree, 1, expect.objectContaining({ id: "330106" }));
});

test("wrong data say in which line they are wrong", async () => {
  const table = await open("json");
  await openRecord();
  await boss.page.getByRole("button", { name: "编辑值" }).click();
  const box = boss.page.getByRole("textbox", { name: "值" });
  await box.fill('{\n  "a": oops\n}');
  await boss.page.keyboard.press("Control+Enter");
  await expect(boss.page.getByRole("alert")).toContainText("第 2 行");
  await box.fill('{"a": 1}');
  await boss.page.keyboard.press("Control+Enter");
  await expectSaved(table, 1, { a: 1 });
});

test("rows of a subtable are added, changed and deleted within the record", async () => {
  const table = await open("subTable");
  await openRecord();
  await boss.page.getByRole("button", { name: "添加一行" }).click();
  await expectSaved(table, 1, [expect.objectContaining({ id: expect.stringMatching(/^rec_/) })]);
  const rows = boss.page.getByRole("table", { name: "值" });
  await rows.locator("tbody button").first().click();
  await rows.getByRole("textbox").first().fill("螺丝");
  await boss.page.keyboard.press("Enter");
  await expectSaved(table, 1, named("螺丝"));
  await rows.getByRole("button", { name: "删除这一行" }).click();
  await expectSaved(table, 1, null);
});

test("a computed field shows its code where it cannot be worked out, and nobody can write it", async () => {
  const table = await makeTable(server, token, "试验", [
    { key: "name", name: "名称", type: "text" },
    { key: "n", name: "数", type: "number" },
    { key: "f", name: "值", type: "formula", options: { formula: "10/{n}" } },
  ]);
  const records = await addRecords(server, token, table.entity, [
    { name: "甲", n: 0 },
    { name: "乙", n: 4 },
  ]);
  await boss.page.goto(table.path);
  await grid.ready();
  await grid.expectText("值", 1, "#DIV/0!");
  await grid.expectText("值", 2, "2.5");
  await expect(await grid.cell("值", 2)).toHaveAttribute("aria-readonly", "true");
  await grid.select("值", 1);
  const at = await grid.rect();
  await boss.page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await expect(boss.page.getByTitle("除数是零，算不出来")).toBeAttached();
  await grid.select("数", 1);
  await grid.type("5");
  await grid.expectText("值", 1, "2");
  expect(records).toHaveLength(2);
});

import { expect, type Page, test } from "@playwright/test";
import { Grid } from "./grid";
import { type AppInfo, entityOf, installCrm, type Person, signIn } from "./people";
import { PASSWORD, Server } from "./server";

let server: Server;
let token: string;
let app: AppInfo;

test.beforeAll(async () => {
  server = await Server.start();
  token = await server.signUp("boss@example.com", "Ada Zhou");
  app = await installCrm(server, token);
});
test.afterAll(() => server.stop());

/** What on a page can be pressed or filled in but has no name, and ids that two things share. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const named = (element: Element): boolean => {
      const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
      const label = by.map((id) => document.getElementById(id)?.textContent ?? "").join("");
      const own = element.matches("input,textarea,select") ? "" : (element.textContent ?? "");
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      const words = [element.getAttribute("aria-label"), element.getAttribute("title"), label, own];
      words.push(element.getAttribute("placeholder"), ...labels.map((one) => one.textContent));
      return words.some((text) => (text ?? "").trim() !== "");
    };
    const seen = (element: Element) =>
      element.getClientRects().length > 0 && !element.closest("[aria-hidden=true]");
    const bad = [
      ...document.querySelectorAll("button,[role=button],[role=tab],[role=switch],a[href],input,textarea"),
    ]
      .filter((element) => seen(element) && !named(element))
      .map((element) => `no name: ${element.outerHTML.slice(0, 160)}`);
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two of #${id}`);
    const pictures = [...document.querySelectorAll("img:not([alt])")].map(
      (one) => `no alt: ${one.outerHTML}`,
    );
    return [...bad, ...twice, ...pictures];
  });
}

/** How far the page can be moved sideways. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - window.innerWidth);
}

const key =
  /(?:^|[\s"“(])(?:auth|brand|common|error|fields?|fieldType|gallery|grid|home|import|keys|locale|members|op|record|roles|settings|shell|summary|table|within)\.[a-z]\w+/;

/** Nothing on the page is a key without a text, nothing has no name. */
async function expectSound(page: Page, where: string): Promise<void> {
  const text = await page.locator("body").ariaSnapshot();
  expect(text, where).not.toContain("[[");
  expect(text, where).not.toMatch(key);
  expect(await faults(page), where).toEqual([]);
}

test("a phone: signing in, home, cards, a record, and nothing to move sideways", async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
  });
  const page = await context.newPage();
  const check = async (where: string) => {
    expect(await overflow(page), `${where} is too wide`).toBeLessThanOrEqual(0);
    await expectSound(page, where);
  };
  await page.goto(server.base);
  await page.getByRole("textbox", { name: "邮箱" }).fill("boss@example.com");
  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await check("login");
  await page.getByRole("button", { name: "登录", exact: true }).tap();
  await expect(page.getByText(app.name).first()).toBeVisible();
  await check("home");

  await page.goto(`${server.base}/app/${app.id}/table/${entityOf(app, "opportunities")}`);
  const card = page.getByRole("main").getByRole("button").filter({ hasText: "同济新能源科技" }).first();
  await expect(card).toBeVisible();
  await expect(page.locator("canvas")).toHaveCount(0);
  await check("cards");

  await card.tap();
  const record = page.getByRole("dialog");
  await expect(record).toBeVisible();
  await expect(record.getByText("预计金额")).toBeVisible();
  await check("record");
  await record.getByRole("button", { name: /背景说明/ }).tap();
  await page.keyboard.type("手机上改的");
  await page.keyboard.press("Enter");
  await expect(record.getByText("手机上改的")).toBeVisible();
  await record.getByRole("button", { name: "返回" }).tap();
  await expect(record).toBeHidden();

  for (const path of ["/templates", "/members", "/roles", "/departments", "/settings", "/trash"]) {
    await page.goto(`${server.base}${path}`);
    await expect(page.getByRole("heading").first(), path).toBeVisible();
    await check(path);
  }
  await context.close();
});

test.describe("in English and dark", () => {
  let abroad: Server;
  let person: Person;
  let english: AppInfo;

  test.beforeAll(async ({ browser }) => {
    abroad = await Server.start();
    const token = await abroad.signUp("boss@example.com", "Ada Zhou");
    await abroad.api(token, "PATCH", "/me", { locale: "en", theme: "dark" });
    await abroad.api(token, "PATCH", "/tenant", { name: "Galaxy Ltd" });
    english = await abroad.api<AppInfo>(token, "POST", "/apps", {
      template: "crm",
      locale: "en",
      sampleData: true,
    });
    person = await signIn(browser, abroad, "boss@example.com", { colorScheme: "light" });
  });
  test.afterAll(async () => {
    await person.context.close();
    await abroad.stop();
  });

  async function expectEnglish(where: string): Promise<void> {
    const { page } = person;
    await expectSound(page, where);
    const text = await page.locator("body").ariaSnapshot();
    expect(text.replaceAll(/中文（?简?体?）?|简体中文/g, ""), where).not.toMatch(/\p{Script=Han}/u);
    expect(await page.title(), where).toMatch(/Tongban/);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    const light = await page.evaluate(() => {
      const [r = 255, g = 255, b = 255] = (
        getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) ?? []
      ).map(Number);
      return (r + g + b) / 3;
    });
    expect(light, `${where} is not dark`).toBeLessThan(80);
  }

  test("every page speaks English, is dark and names what can be pressed", async () => {
    const { page } = person;
    for (const path of [
      "/",
      "/templates",
      "/templates/crm",
      "/members",
      "/roles",
      "/departments",
      "/settings",
      "/trash",
    ]) {
      await page.goto(path);
      await expect(page.getByRole("heading").first()).toBeVisible();
      await page.waitForLoadState("networkidle");
      await expectEnglish(path);
    }
  });

  test("a table, its popovers and its record speak English", async () => {
    const { page } = person;
    const grid = new Grid(page);
    await page.goto(`/app/${english.id}/table/${entityOf(english, "opportunities")}`);
    await grid.ready();
    expect(await grid.titles()).toContain("Name");
    await expectEnglish("table");
    for (const name of ["Fields", "Filter", "Group", "Sort"]) {
      await page.getByRole("toolbar").getByRole("button", { name, exact: true }).click();
      await expect(page.getByRole("dialog").or(page.getByRole("menu")).first()).toBeVisible();
      await expectEnglish(name);
      await page.keyboard.press("Escape");
    }
    await grid.select("Name", 1);
    await page.keyboard.press("Space");
    const drawer = page.getByRole("dialog");
    for (const tab of await drawer.getByRole("tab").all()) {
      await tab.click();
      await expectEnglish("record");
    }
  });
});

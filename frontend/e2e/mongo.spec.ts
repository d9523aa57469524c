import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import { type Mongo, startMongo } from "./mongo";
import { addMember, signIn, signUpByHand } from "./people";
import { PASSWORD, Server } from "./server";

let mongo: Mongo;
let server: Server;

test.beforeAll(async () => {
  mongo = await startMongo();
  server = await Server.start({ TONGBAN_STORE: mongo.uri });
});
test.afterAll(async () => {
  await server?.stop();
  await mongo?.stop();
});

test("on MongoDB: sign-up, the CRM, an edit and a second person who sees it", async ({ browser, page }) => {
  await page.goto(server.base);
  await signUpByHand(page);
  await page.getByRole("button", { name: /^使用“/ }).click();
  const grid = new Grid(page);
  await grid.ready();
  await page.getByRole("navigation").first().getByRole("link", { name: "商机", exact: true }).click();
  await expect(page.getByRole("main", { name: "商机" })).toBeVisible();
  await grid.ready();

  const answer = await page.request.post(`${server.base}/api/v1/auth/login`, {
    data: { email: "boss@example.com", password: PASSWORD },
  });
  const { token } = (await answer.json()) as { token: string };
  await addMember(server, token, { email: "wang@example.com", name: "王敏", roles: ["admin"] });
  const other = await signIn(browser, server, "wang@example.com");
  const otherGrid = new Grid(other.page);
  await other.page.goto(page.url());
  await otherGrid.ready();
  expect(await otherGrid.text("商机名称", 1)).toBe(await grid.text("商机名称", 1));

  await grid.select("商机名称", 1);
  await grid.type("在 MongoDB 上改的名字");
  await otherGrid.expectText("商机名称", 1, "在 MongoDB 上改的名字");
  await otherGrid.select("商机名称", 2);
  await otherGrid.type("同事改的");
  await grid.expectText("商机名称", 2, "同事改的");
  await page.reload();
  await grid.ready();
  await grid.expectText("商机名称", 1, "在 MongoDB 上改的名字");
  await grid.expectText("商机名称", 2, "同事改的");
  await other.context.close();
});

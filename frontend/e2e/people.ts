import type { Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { PASSWORD, type Server } from "./server";

/** Somebody who works in a browser of their own. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface AppInfo extends Named {
  readonly entities: readonly { readonly id: string; readonly key: string; readonly name: string }[];
}

export interface RecordInfo {
  readonly id: string;
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Signs the first user up on the page, as a newcomer does, without the mouse. */
export async function signUpByHand(page: Page, email = "boss@example.com"): Promise<void> {
  await page.getByRole("textbox", { name: "邮箱" }).fill(email);
  await page.getByLabel("登录密码", { exact: true }).fill(PASSWORD);
  await page.getByLabel("你的名字").fill("周雨桐");
  await page.getByLabel("公司或团队名称").fill("星河科技");
  await page.keyboard.press("Enter");
}

/** Opens a browser of its own and signs in there. */
export async function signIn(
  browser: Browser,
  server: Server,
  email = "boss@example.com",
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1440, height: 900 },
    baseURL: server.base,
    ...options,
  });
  const answer = await context.request.post(`${server.base}/api/v1/auth/login`, {
    data: { email, password: PASSWORD },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return { context, page: await context.newPage() };
}

/** Makes an account in the company at once. */
export function addMember(
  server: Server,
  token: string,
  member: { readonly email: string; readonly name: string; readonly roles: readonly string[] },
): Promise<Named> {
  return server.api<Named>(token, "POST", "/members", { ...member, password: PASSWORD });
}

export function installCrm(server: Server, token: string): Promise<AppInfo> {
  return server.api<AppInfo>(token, "POST", "/apps", { template: "crm", locale: "zh-CN", sampleData: true });
}

export function entityOf(app: AppInfo, key: string): string {
  const entity = app.entities.find((one) => one.key === key);
  if (entity === undefined) {
    throw new Error(`no table ${key}`);
  }
  return entity.id;
}

export interface FieldSpec {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface TableInfo {
  readonly app: string;
  readonly entity: string;
  /** Where the browser finds it. */
  readonly path: string;
}

/** Makes an app with one table. */
export async function makeTable(
  server: Server,
  token: string,
  name: string,
  fields: readonly FieldSpec[],
): Promise<TableInfo> {
  const app = await server.api<Named>(token, "POST", "/apps", { name: "测试应用" });
  const entity = await server.api<Named>(token, "POST", `/apps/${app.id}/entities`, { name, fields });
  return { app: app.id, entity: entity.id, path: `/app/${app.id}/table/${entity.id}` };
}

/** Makes records, a thousand at a time, and answers them in order. */
export async function addRecords(
  server: Server,
  token: string,
  entity: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<RecordInfo[]> {
  const made: RecordInfo[] = [];
  for (let from = 0; from < rows.length; from += 1000) {
    const records = rows.slice(from, from + 1000).map((fields) => ({ fields }));
    const answer = await server.api<{ records: RecordInfo[] }>(token, "POST", `/entities/${entity}/records`, {
      records,
    });
    made.push(...answer.records);
  }
  return made;
}

/** All records of a table as the server has them. */
export async function allRecords(server: Server, token: string, entity: string): Promise<RecordInfo[]> {
  const found: RecordInfo[] = [];
  let cursor = "";
  do {
    const answer = await server.api<{ records: RecordInfo[]; nextCursor?: string }>(
      token,
      "GET",
      `/entities/${entity}/records?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    found.push(...answer.records);
    cursor = answer.nextCursor ?? "";
  } while (cursor !== "");
  return found;
}

/** A record as the server has it now. */
export function readRecord(server: Server, token: string, entity: string, id: string): Promise<RecordInfo> {
  return server.api<RecordInfo>(token, "GET", `/entities/${entity}/records/${id}`);
}

export function writeRecord(
  server: Server,
  token: string,
  entity: string,
  id: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<RecordInfo> {
  return server.api<RecordInfo>(token, "PATCH", `/entities/${entity}/records/${id}`, { fields });
}

/** Middle one of some figures. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

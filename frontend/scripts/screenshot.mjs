// Takes the picture of the README from the running product:
// node scripts/screenshot.mjs ../docs/screenshot.png
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "@playwright/test";
import { withPalette } from "./png.mjs";

const target = resolve(process.argv[2] ?? "../docs/screenshot.png");
const binary = process.env.TONGBAN_BIN ?? resolve(import.meta.dirname, "../../bin/tongban");
const browsers = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const password = "Xinghe-2026-long!";
const most = 500_000;

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function startServer(data) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(binary, ["serve"], {
    env: { ...process.env, TONGBAN_ADDR: `127.0.0.1:${port}`, TONGBAN_DATA: data, TONGBAN_RATE_LIMIT: "off" },
    stdio: "ignore",
  });
  for (let tried = 0; tried < 400; tried++) {
    const ready = await fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) {
      return { base, child };
    }
    await pause(50);
  }
  child.kill();
  throw new Error("the server is not ready after 20 s");
}

async function call(base, token, method, path, body) {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      "Content-Type": "application/json",
      "Accept-Language": "zh-CN",
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) {
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
  return answer.json();
}

const people = [
  { email: "wang@example.com", name: "王敏" },
  { email: "li@example.com", name: "李强" },
  { email: "chen@example.com", name: "陈思远" },
];

/** A company whose people share the work of the CRM. */
async function fill(base) {
  const { token, user } = await call(base, "", "POST", "/auth/signup", {
    email: "boss@example.com",
    password,
    name: "周雨桐",
    tenantName: "星河科技",
    locale: "zh-CN",
    timeZone: "Asia/Shanghai",
  });
  const members = [user];
  for (const person of people) {
    members.push(await call(base, token, "POST", "/members", { ...person, password, roles: ["admin"] }));
  }
  const app = await call(base, token, "POST", "/apps", {
    template: "crm",
    locale: "zh-CN",
    sampleData: true,
  });
  const deals = app.entities.find((entity) => entity.key === "opportunities").id;
  const { records } = await call(base, token, "GET", `/entities/${deals}/records?limit=1000`);
  await call(base, token, "PATCH", `/entities/${deals}/records`, {
    records: records.map(({ id }, i) => ({
      id,
      fields: { owner: [members[(i * 7 + (i >> 2)) % members.length].id] },
    })),
  });
  const { views } = await call(base, token, "GET", `/entities/${deals}`);
  const view = views.find((one) => one.name === "按阶段").id;
  return { path: `/app/${app.id}/table/${deals}?view=${view}` };
}

async function open(browser, base, email, path) {
  const context = await browser.newContext({
    baseURL: base,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 2,
  });
  await context.request.post("/api/v1/auth/login", { data: { email, password } });
  const page = await context.newPage();
  await page.goto(path);
  await page
    .locator('[role=grid] [role=row][aria-rowindex="2"] [aria-readonly]')
    .first()
    .waitFor({ state: "attached" });
  return page;
}

/** Goes to a cell by keys. */
async function stand(page, right, down) {
  await page.locator("textarea[aria-controls^=grid-]").focus();
  await page.keyboard.press("Home");
  for (const [key, times] of [
    ["ArrowRight", right],
    ["ArrowDown", down],
  ]) {
    for (let i = 0; i < times; i++) {
      await page.keyboard.press(key);
    }
  }
}

async function take(base, path) {
  const executablePath = browsers.find((place) => place !== "" && existsSync(place));
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
  });
  try {
    const page = await open(browser, base, "boss@example.com", path);
    await page.evaluate(() => document.fonts.ready);
    await stand(page, 3, 2);
    const colleague = await open(browser, base, "wang@example.com", path);
    await page.getByRole("img", { name: /王敏/ }).waitFor();
    await page.bringToFront();
    await stand(colleague, 2, 6);
    await pause(1000); // her label is still open
    await writeFile(target, withPalette(await page.screenshot()));
  } finally {
    await browser.close();
  }
}

const data = await mkdtemp(join(tmpdir(), "tongban-picture-"));
const { base, child } = await startServer(data);
try {
  const { path } = await fill(base);
  await take(base, path);
  const { size } = await stat(target);
  if (size > most) {
    throw new Error(`${target} has ${size} bytes, more than ${most}`);
  }
} finally {
  const gone = new Promise((done) => child.once("exit", done));
  child.kill();
  await gone;
  await rm(data, { recursive: true, force: true });
}

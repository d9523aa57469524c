import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY = process.env.TONGBAN_BIN ?? resolve(import.meta.dirname, "../../bin/tongban");

/** A running product on a fresh data folder. */
export class Server {
  readonly base: string;
  private readonly data: string;
  private readonly env: Record<string, string>;
  private readonly port: number;
  private child: ChildProcess | undefined;

  private constructor(port: number, data: string, env: Record<string, string>) {
    this.port = port;
    this.data = data;
    this.env = env;
    this.base = `http://127.0.0.1:${port}`;
  }

  /** Starts the built binary and waits until it is ready. */
  static async start(env: Record<string, string> = {}): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "tongban-e2e-"));
    const server = new Server(await freePort(), data, env);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    this.child = spawn(BINARY, ["serve"], {
      env: {
        ...process.env,
        TONGBAN_ADDR: `127.0.0.1:${this.port}`,
        TONGBAN_DATA: this.data,
        TONGBAN_RATE_LIMIT: "off",
        ...this.env,
      },
      stdio: process.env.E2E_LOG === undefined ? "ignore" : "inherit",
    });
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      const ready = await fetch(`${this.base}/readyz`).then(
        (r) => r.ok,
        () => false,
      );
      if (ready) {
        return;
      }
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error("the server is not ready after 20 s");
  }

  /** Ends the process without warning, as a power cut would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.data, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null) {
      return;
    }
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await gone;
  }

  /** Calls the API; throws what the server said where it refuses. */
  async api<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    }
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Signs the first user up and returns a token. */
  async signUp(email = "boss@example.com", name = "周雨桐"): Promise<string> {
    const answer = await fetch(`${this.base}/api/v1/auth/signup`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        email,
        password: PASSWORD,
        name,
        tenantName: "星河科技",
        locale: "zh-CN",
        timeZone: "Asia/Shanghai",
      }),
    });
    if (!answer.ok) {
      throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
    }
    return ((await answer.json()) as { token: string }).token;
  }
}

/** The password of everybody in the browser tests. */
export const PASSWORD = "Xinghe-2026-long!";

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

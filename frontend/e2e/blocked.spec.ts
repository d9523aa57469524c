import { createServer, type Server as HttpServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { Grid } from "./grid";
import { addRecords, makeTable, signIn, writeRecord } from "./people";
import { Server } from "./server";

/** A proxy in front of the server that lets no WebSocket through. */
class Barrier {
  refused = 0;
  readonly streams = new Set<string>();
  readonly base: string;
  private readonly http: HttpServer;

  private constructor(http: HttpServer) {
    this.http = http;
    this.base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  static async before(server: Server): Promise<Barrier> {
    const { port } = new URL(server.base);
    const http = createServer((incoming, outgoing) => {
      if (incoming.url?.startsWith("/api/v1/events") === true) {
        proxy.streams.add(incoming.url);
      }
      const { url, method, headers } = incoming;
      const on = request({ host: "127.0.0.1", port, path: url, method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.on("error", () => outgoing.destroy());
        answer.on("aborted", () => outgoing.destroy());
      });
      on.on("error", () => outgoing.destroy());
      outgoing.on("close", () => on.destroy());
      incoming.pipe(on);
    });
    http.on("upgrade", (_, socket) => {
      proxy.refused += 1;
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    await new Promise<void>((done) => {
      http.listen(0, "127.0.0.1", done);
    });
    const proxy = new Barrier(http);
    return proxy;
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((done) => this.http.close(done));
  }
}

test("where WebSockets are blocked a page hears of changes all the same, also of those it missed", async ({
  browser,
}) => {
  const server = await Server.start();
  const proxy = await Barrier.before(server);
  const token = await server.signUp();
  const table = await makeTable(server, token, "任务", [{ key: "name", name: "名称", type: "text" }]);
  const [first] = await addRecords(server, token, table.entity, [{ name: "一" }, { name: "二" }]);
  const boss = await signIn(browser, server);
  const grid = new Grid(boss.page);
  await boss.page.goto(new URL(table.path, proxy.base).toString());
  await grid.ready();
  await expect.poll(() => proxy.streams.size, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(proxy.refused).toBeGreaterThanOrEqual(2);

  await writeRecord(server, token, table.entity, first?.id ?? "", { name: "改过" });
  await grid.expectText("名称", 1, "改过");

  await server.kill();
  await server.up();
  await writeRecord(server, token, table.entity, first?.id ?? "", { name: "离线时改的" });
  await grid.expectText("名称", 1, "离线时改的", 30_000);
  expect([...proxy.streams].some((url) => url.includes("after="))).toBe(true);

  await boss.context.close();
  await proxy.stop();
  await server.stop();
});

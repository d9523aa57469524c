import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeServer, settled } from "./fake-server";
import { RowStore } from "./row-store";

afterEach(() => vi.unstubAllGlobals());

async function opened(count: number) {
  const server = new FakeServer(count);
  const store = new RowStore("ent_1");
  await store.show({});
  return { server, store };
}

describe("a row store", () => {
  it("knows how many rows there are and loads the first ones", async () => {
    const { store } = await opened(500);
    expect(store.count).toBe(500);
    expect(store.row(0)?.fields.name).toBe("row 0");
    expect(store.row(450)).toBeUndefined();
    expect(store.readState()).toMatchObject({ status: "ready", count: 500 });
  });

  it("jumps by walking over ids only", async () => {
    const { server, store } = await opened(5000);
    await store.load(4800, 4810);
    expect(store.row(4805)?.fields.name).toBe("row 4805");
    expect(store.indexOf("rec_4806")).toBe(4805);
    const walked = server.asked.filter(({ body }) => Array.isArray(body.fields) && body.cursor !== undefined);
    expect(walked.length).toBeGreaterThan(2);
    expect(walked.every(({ body }) => Number(body.limit) <= 1000)).toBe(true);
  });

  it("asks for a page once, however often it is wanted", async () => {
    const { server, store } = await opened(1000);
    const before = server.count("POST", "/query");
    store.want(400, 430);
    store.want(401, 431);
    await store.load(400, 430);
    await store.load(400, 430);
    const after = server.asked.slice(before).filter(({ body }) => !Array.isArray(body.fields));
    expect(after).toHaveLength(1);
  });

  it("keeps the old rows until the new ones are there", async () => {
    const { server, store } = await opened(10);
    server.make({ name: "late" });
    const seen: number[] = [];
    store.subscribe(() => seen.push(store.count));
    const refreshing = store.refresh();
    expect(store.count).toBe(10);
    await refreshing;
    expect(store.count).toBe(11);
    expect(seen).not.toContain(0);
  });

  it("ignores a record that is older than what it knows", async () => {
    const { server, store } = await opened(3);
    const old = server.records[0];
    const next = server.change("rec_1", { name: "new" });
    store.take([next]);
    if (old) {
      store.take([old]);
    }
    expect(store.row(0)?.fields.name).toBe("new");
  });

  it("moves what follows when rows come and go", async () => {
    const { server, store } = await opened(450);
    store.remove(["rec_1"]);
    expect(store.count).toBe(449);
    expect(store.row(0)?.id).toBe("rec_2");
    server.records.shift();
    await store.load(440, 449);
    expect(store.row(448)?.fields.name).toBe("row 449");
  });

  it("says that it failed when nothing was ever there, and keeps the rows otherwise", async () => {
    const { server, store } = await opened(3);
    server.refuse = () => ({ status: 403, code: "forbidden" });
    await store.refresh();
    expect(store.readState().status).toBe("ready");
    expect(store.row(0)).toBeDefined();
    const other = new RowStore("ent_2");
    await other.show({});
    expect(other.readState().status).toBe("failed");
  });

  it("takes only the answer to the last question", async () => {
    const { store } = await opened(3);
    const first = store.show({ search: "a" });
    const second = store.show({ search: "b" });
    await Promise.all([first, second]);
    await settled();
    expect(store.readState().refreshing).toBe(false);
  });
});

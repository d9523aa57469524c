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

  it("walks over ids only to what is near", async () => {
    const { server, store } = await opened(5000);
    await store.load(2400, 2410);
    expect(store.row(2405)?.fields.name).toBe("row 2405");
    expect(store.indexOf("rec_2406")).toBe(2405);
    const walked = server.asked.filter(({ body }) => Array.isArray(body.fields) && body.cursor !== undefined);
    expect(walked.length).toBeGreaterThan(1);
    expect(walked.every(({ body }) => Number(body.limit) <= 1000)).toBe(true);
    expect(server.count("POST", "/anchors")).toBe(0);
  });

  it("jumps far from the nearest anchor", async () => {
    const { server, store } = await opened(50_000);
    const before = server.asked.length;
    await store.load(47_900, 47_910);
    expect(store.row(47_905)?.fields.name).toBe("row 47905");
    expect(server.asked.length - before).toBeLessThanOrEqual(4);
    await store.load(20_100, 20_110);
    await store.load(49_990, 50_000);
    expect(store.row(20_105)?.fields.name).toBe("row 20105");
    expect(store.row(49_999)?.fields.name).toBe("row 49999");
    expect(server.count("POST", "/anchors")).toBe(1);
  });

  it("asks for anchors anew after the rows have changed, and walks where there are none", async () => {
    const { server, store } = await opened(9000);
    await store.load(8000, 8010);
    server.make({ name: "late" });
    await store.refresh();
    await store.load(4500, 4510);
    expect(server.count("POST", "/anchors")).toBe(2);
    server.refuse = ({ path }) =>
      path.endsWith("/anchors") ? { status: 503, code: "query.tooSlow", title: "", type: "" } : undefined;
    await store.refresh();
    await store.load(6000, 6010);
    expect(store.row(6005)?.fields.name).toBe("row 6005");
  });

  it("finds the right rows far behind a record that only this page has", async () => {
    const { store } = await opened(20_000);
    store.insert({ id: "new_1", version: 0, createdAt: "", updatedAt: "", fields: {} }, "rec_1", undefined);
    await store.load(15_000, 15_010);
    expect(store.row(15_005)?.fields.name).toBe("row 15004");
  });

  it("reads group headings in pages, as they come near", async () => {
    const { server, store } = await opened(1200);
    await store.show({
      group: {
        field: "name",
        metrics: [],
        filterOf: (key) => ({ name: key }),
        idOf: (key) => String(key),
        labelOf: (key) => ({ kind: "text", text: String(key) }),
        summaryOf: () => undefined,
        compare: () => 0,
        valuesOf: () => ({}),
      },
    });
    expect(store.groups).toHaveLength(500);
    store.want(0, 50);
    await settled();
    expect(store.groups).toHaveLength(500);
    store.setCollapsed(new Set(store.groups?.map(({ key }) => key)));
    await settled();
    expect(store.groups).toHaveLength(1000);
    store.want(990, 1000);
    store.want(991, 1000);
    await settled();
    expect(store.groups).toHaveLength(1200);
    expect(server.count("POST", "/aggregate")).toBe(3);
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

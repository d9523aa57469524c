import { afterEach, describe, expect, it, vi } from "vitest";
import type { CellRef } from "@/grid/edit-types";
import { FakeServer, settled } from "./fake-server";
import { live, type RoomListener } from "./live";
import { hasUnsent } from "./outbox";
import { TableSession } from "./table-session";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function opened(count = 5, required: readonly string[] = []) {
  const server = new FakeServer(count);
  let room: RoomListener = {};
  vi.spyOn(live, "join").mockImplementation((_name, listener) => {
    room = listener;
    return () => undefined;
  });
  const session = new TableSession("ent_1", "usr_me");
  session.open();
  await session.show({}, new Set(), required);
  return { server, session, room };
}

const name = (session: TableSession, index: number) => session.rows.row(index)?.fields.name;

describe("editing", () => {
  it("shows a value at once and sends it afterwards", async () => {
    const { server, session } = await opened();
    session.set("rec_1", "name", "mine");
    expect(name(session, 0)).toBe("mine");
    await settled();
    expect(server.records[0]?.fields.name).toBe("mine");
    expect(session.read().progress).toBeUndefined();
    expect(session.undo.read().canUndo).toBe(true);
  });

  it("puts the old value back and says so when the server refuses", async () => {
    const { server, session } = await opened();
    const flashed: CellRef[] = [];
    session.events = { onFlash: (cells, kind) => kind === "reject" && flashed.push(...cells) };
    server.refuse = ({ method }) => (method === "PATCH" ? { status: 422, code: "field.bad" } : undefined);
    session.set("rec_1", "name", "bad");
    await settled();
    expect(name(session, 0)).toBe("row 0");
    expect(flashed).toEqual([{ rowId: "rec_1", key: "name" }]);
    expect(session.undo.read().canUndo).toBe(false);
  });

  it("keeps a value that breaks a rule, and sends it with the next one of its record", async () => {
    const { server, session } = await opened();
    const told: number[] = [];
    session.events = { onRefused: (_error, cells) => told.push(cells) };
    const sent: unknown[] = [];
    server.refuse = ({ method, body }) => {
      if (method !== "PATCH") {
        return undefined;
      }
      sent.push(body);
      return JSON.stringify(body).includes("other") ? undefined : { status: 422, code: "record.ruleFailed" };
    };
    const leave = session.held.fill("rec_1");
    session.set("rec_1", "name", "mine");
    await settled();
    expect(name(session, 0)).toBe("mine");
    expect(session.read().held?.fields).toEqual({ name: "mine" });
    expect(hasUnsent()).toBe(true);
    session.set("rec_2", "name", "other");
    await settled();
    expect(session.read().held).toBeDefined();
    session.set("rec_1", "note", "other");
    await settled();
    expect(session.read().held).toBeUndefined();
    expect(hasUnsent()).toBe(false);
    expect(server.records[0]?.fields).toMatchObject({ name: "mine", note: "other" });
    expect(JSON.stringify(sent.at(-1))).toContain('"mine"');
    leave();
    expect(told).toEqual([]);
  });

  it("says so when a value is left behind that broke a rule, and drops it when asked", async () => {
    const { server, session } = await opened();
    const told: number[] = [];
    session.events = { onRefused: (_error, cells) => told.push(cells) };
    server.refuse = ({ method }) =>
      method === "PATCH" ? { status: 422, code: "record.ruleFailed" } : undefined;
    const leave = session.held.fill("rec_1");
    session.set("rec_1", "name", "mine");
    await settled();
    session.held.letGo();
    expect(name(session, 0)).toBe("row 0");
    session.set("rec_1", "name", "mine");
    await settled();
    leave();
    expect(name(session, 0)).toBe("row 0");
    expect(told).toEqual([1]);
    session.set("rec_1", "name", "mine");
    await settled();
    expect(told).toEqual([1, 1]);
  });

  it("finds the one bad record of a paste; the others go in", async () => {
    const { server, session } = await opened(2500);
    const refused: number[] = [];
    session.events = { onRefused: (_error, cells) => refused.push(cells) };
    server.refuse = ({ method, body }) =>
      method === "PATCH" && JSON.stringify(body).includes('"v1234"')
        ? { status: 422, code: "field.bad" }
        : undefined;
    const edits = Array.from({ length: 2500 }, (_, i) => ({
      rowId: `rec_${i + 1}`,
      key: "name",
      row: i,
      value: `v${i}`,
    }));
    await session.rows.load(0, 2500);
    session.edit({ origin: "paste", edits, added: [], refused: [] });
    expect(name(session, 2499)).toBe("v2499");
    await vi.waitFor(() => expect(session.read().progress).toBeUndefined());
    expect(refused).toEqual([1]);
    expect(server.records.filter((one) => String(one.fields.name).startsWith("v"))).toHaveLength(2499);
    const sizes = server.asked
      .filter(({ method }) => method === "PATCH")
      .map(({ body }) => (body.records as unknown[]).length);
    expect(Math.max(...sizes)).toBe(1000);
  });

  it("sends again what the network lost, under the same key", async () => {
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((act: () => void) => {
      queueMicrotask(act);
      return 0;
    }) as typeof setTimeout);
    const { server, session } = await opened();
    server.losses = 2;
    session.set("rec_2", "name", "again");
    for (let i = 0; i < 200; i++) {
      await Promise.resolve();
    }
    const keys = server.asked.filter(({ method }) => method === "PATCH").map(({ key }) => key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(server.records[1]?.fields.name).toBe("again");
  });

  it("keeps a new record and a deletion until the network is back, and warns before leaving", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { server, session } = await opened();
    const refused: unknown[] = [];
    session.events = { onRefused: (error) => refused.push(error) };
    server.losses = 2;
    session.add({ name: "new" });
    session.remove(["rec_2"]);
    await vi.advanceTimersByTimeAsync(50);
    expect(session.read().offline).toBe(true);
    expect(hasUnsent()).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    await settled();
    expect(refused).toEqual([]);
    expect(server.records.map((one) => one.fields.name)).toEqual(["row 0", "row 2", "row 3", "row 4", "new"]);
    expect(hasUnsent()).toBe(false);
  });

  it("sends links as ids, and names for the server to find", async () => {
    const { server, session } = await opened();
    session.set("rec_1", "customer", [{ id: "rec_9", name: "A" }]);
    session.set("rec_1", "stage", { id: "", name: "New" });
    await settled();
    const bodies = server.asked.filter(({ method }) => method === "PATCH").map(({ body }) => body);
    expect(bodies[0]).toEqual({ records: [{ id: "rec_1", fields: { customer: ["rec_9"] } }] });
    expect(bodies[1]).toEqual({ records: [{ id: "rec_1", fields: { stage: "New" } }], typecast: true });
  });
});

describe("making records", () => {
  it("shows the record at once and gives it the server's id", async () => {
    const { session } = await opened(3);
    const { index, id } = session.add({ name: "fresh" });
    expect(index).toBe(3);
    expect(session.rows.row(3)?.id).toBe(id);
    session.set(id, "name", "fresher");
    await settled();
    expect(session.rows.row(3)?.id).toBe("rec_4");
    expect(name(session, 3)).toBe("fresher");
    expect(session.idOf(id)).toBe("rec_4");
  });

  it("keeps a record back until what is required is there", async () => {
    const { server, session } = await opened(1, ["name", "stage"]);
    const { id } = session.add({});
    session.set(id, "name", "half");
    await settled();
    expect(server.records).toHaveLength(1);
    expect(session.creator.missing(id)).toEqual(["stage"]);
    await session.rows.refresh();
    expect(name(session, 1)).toBe("half");
    session.set(id, "stage", "open");
    await settled();
    expect(server.records[1]?.fields).toEqual({ name: "half", stage: "open" });
    expect(session.rows.row(1)?.id).toBe("rec_2");
  });

  it("does not lose what was typed when the server refuses a new record", async () => {
    const { server, session } = await opened(1);
    server.refuse = ({ method, path }) =>
      method === "POST" && path.endsWith("/records") ? { status: 422, code: "field.required" } : undefined;
    const { id } = session.add({ name: "kept" });
    await settled();
    expect(name(session, 1)).toBe("kept");
    server.refuse = () => undefined;
    session.set(id, "name", "mended");
    await settled();
    expect(server.records[1]?.fields.name).toBe("mended");
  });
});

describe("undo", () => {
  it("takes an act back and does it again", async () => {
    const { server, session } = await opened();
    session.set("rec_1", "name", "x");
    await settled();
    await session.undo.undo();
    expect(session.undo.read()).toEqual({ canUndo: false, canRedo: true });
    await session.undo.redo();
    const undone = server.asked.filter(({ path }) => path === "/undo").map(({ body }) => body.changeSet);
    expect(undone[1]).toBe(`undo-${String(undone[0])}`);
    expect(session.undo.read()).toEqual({ canUndo: true, canRedo: false });
  });
});

describe("undo pressed at once", () => {
  it("waits for the edit that it is meant for, and takes each press in turn", async () => {
    const { server, session } = await opened();
    session.set("rec_1", "name", "x");
    session.set("rec_1", "name", "y");
    const presses = [session.undo.undo(), session.undo.undo(), session.undo.undo()];
    expect(await Promise.all(presses)).toEqual([true, true, false]);
    expect(server.asked.filter(({ path }) => path === "/undo")).toHaveLength(2);
  });
});

describe("what others do", () => {
  const by = { id: "usr_li", name: "Li" };

  it("is drawn and flashed", async () => {
    const { server, session, room } = await opened();
    const flashed: CellRef[] = [];
    session.events = { onFlash: (cells, kind) => kind === "remote" && flashed.push(...cells) };
    room.onEvents?.([{ kind: "updated", record: server.change("rec_2", { name: "theirs" }), by }]);
    expect(name(session, 1)).toBe("theirs");
    expect(flashed).toEqual([{ rowId: "rec_2", key: "name" }]);
  });

  it("does not hide what is being written here, and says that both happened", async () => {
    const { server, session, room } = await opened();
    const conflicts: string[] = [];
    session.events = { onConflict: (change, who) => conflicts.push(`${change.id} ${who.name}`) };
    const theirs = server.change("rec_1", { name: "theirs" });
    session.set("rec_1", "name", "mine");
    room.onEvents?.([{ kind: "updated", record: theirs, by }]);
    expect(name(session, 0)).toBe("mine");
    expect(conflicts).toEqual(["rec_1 Li"]);
    await settled();
    expect(name(session, 0)).toBe("mine");
    expect(server.records[0]?.fields.name).toBe("mine");
  });

  it("removes what was deleted or went out of sight", async () => {
    const { session, room } = await opened(3);
    room.onEvents?.([{ kind: "gone", record: { id: "rec_1", version: 2 }, by }]);
    expect(session.rows.count).toBe(2);
    expect(session.rows.row(0)?.id).toBe("rec_2");
  });

  it("does not show one's own new record twice", async () => {
    const { server, session, room } = await opened(2);
    session.add({ name: "one" });
    await settled();
    const made = server.records[2];
    if (made) {
      room.onEvents?.([{ kind: "created", record: made, by: { id: "usr_me", name: "Me" } }]);
    }
    expect(session.rows.count).toBe(3);
  });
});

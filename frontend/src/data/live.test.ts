import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveConnection, type LiveEvent, type Socket } from "./live";

class FakeSocket implements Socket {
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.({} as CloseEvent);
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as Event);
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
  }
}

function connected() {
  const sockets: FakeSocket[] = [];
  const live = new LiveConnection(() => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  });
  const at = (index: number): FakeSocket => {
    const socket = sockets[index];
    if (socket === undefined) {
      throw new Error("no socket");
    }
    return socket;
  };
  return { live, sockets, at };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const room = "entity:ent_1";

describe("the live connection", () => {
  it("asks again for what came after the last it heard", () => {
    const { live, at, sockets } = connected();
    live.join(room, {});
    at(0).open();
    expect(at(0).sent[0]).toEqual({ t: "sub", id: 1, room });
    at(0).say({ t: "ok", id: 1, seq: 7 });
    at(0).say({ t: "events", room, seq: 9, events: [] });
    at(0).close();
    vi.advanceTimersByTime(2000);
    expect(sockets).toHaveLength(2);
    at(1).open();
    expect(at(1).sent[0]).toMatchObject({ t: "sub", room, after: 9 });
  });

  it("waits longer after each failure, and not for ever", () => {
    const { live, sockets, at } = connected();
    live.join(room, {});
    for (let i = 0; i < 12; i++) {
      at(i).close();
      for (let second = 0; second < 30 && sockets.length === i + 1; second++) {
        vi.advanceTimersByTime(1000);
      }
    }
    expect(sockets).toHaveLength(13);
    at(12).close();
    vi.advanceTimersByTime(9000);
    expect(sockets).toHaveLength(13);
    for (let second = 0; second < 25 && sockets.length === 13; second++) {
      vi.advanceTimersByTime(1000);
    }
    expect(sockets).toHaveLength(14);
  });

  it("hands events, resets and people to who listens to the room", () => {
    const { live, at } = connected();
    const heard: unknown[] = [];
    live.join(room, {
      onEvents: (events: readonly LiveEvent[]) => heard.push(events.length),
      onReset: () => heard.push("reset"),
      onMembers: (members) => heard.push(members.map((one) => one.user.name)),
    });
    at(0).open();
    at(0).say({ t: "events", room, seq: 1, events: [{ kind: "gone", record: { id: "rec_1", version: 1 } }] });
    at(0).say({ t: "reset", room, seq: 5 });
    at(0).say({ t: "presence", room, members: [{ client: "c", user: { id: "usr_1", name: "Li" } }] });
    at(0).say({ t: "events", room: "entity:other", seq: 1, events: [] });
    expect(heard).toEqual([1, "reset", ["Li"]]);
  });

  it("says where it stands, at once and again and again", () => {
    const { live, at } = connected();
    live.join(room, {});
    at(0).open();
    live.present(room, { record: "rec_1", field: "name" });
    const said = () => at(0).sent.filter((frame) => frame.t === "presence").length;
    expect(said()).toBe(1);
    vi.advanceTimersByTime(20_000);
    expect(said()).toBeGreaterThan(2);
  });

  it("leaves the room, and closes when nobody has come for a while", () => {
    const { live, at } = connected();
    const leave = live.join(room, {});
    at(0).open();
    leave();
    expect(at(0).sent.at(-1)).toMatchObject({ t: "unsub", room });
    expect(at(0).readyState).toBe(1);
    vi.advanceTimersByTime(3000);
    expect(at(0).readyState).toBe(3);
  });

  it("tells of new metadata", () => {
    const { live, at } = connected();
    const kinds: string[] = [];
    live.onSchema((kind) => kinds.push(kind));
    live.join(room, {});
    at(0).open();
    at(0).say({ t: "schema", kind: "entity" });
    expect(kinds).toEqual(["entity"]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveConnection, type Socket } from "./live";
import { type Source, StreamSocket } from "./stream-socket";

class FakeSource implements Source {
  readyState = 0;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  ready: ((event: MessageEvent) => void) | undefined;
  closed = false;

  readonly query: string;

  constructor(query: string) {
    this.query = query;
  }

  addEventListener(_: "ready", listener: (event: MessageEvent) => void): void {
    this.ready = listener;
  }

  close(): void {
    this.closed = true;
  }

  begin(seq: number): void {
    this.readyState = 1;
    this.ready?.({ data: JSON.stringify({ seq }) } as MessageEvent);
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.(new Event("error"));
  }
}

/** A socket that a proxy does not let through. */
class BlockedSocket implements Socket {
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;

  constructor(answers: boolean) {
    if (answers) {
      setTimeout(() => this.close(), 10);
    }
  }

  send(): void {
    throw new Error("not open");
  }

  close(): void {
    if (this.readyState !== 3) {
      this.readyState = 3;
      this.onclose?.({} as CloseEvent);
    }
  }
}

function behindProxy(answers = true) {
  const sockets: BlockedSocket[] = [];
  const sources: FakeSource[] = [];
  const live = new LiveConnection(
    () => {
      const socket = new BlockedSocket(answers);
      sockets.push(socket);
      return socket;
    },
    async () =>
      new StreamSocket((query) => {
        const source = new FakeSource(query);
        sources.push(source);
        return source;
      }),
  );
  const last = (): FakeSource => {
    const source = sources.at(-1);
    if (source === undefined) {
      throw new Error("no stream");
    }
    return source;
  };
  return { live, sockets, sources, last };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const room = "entity:ent_1";

describe("where sockets do not get through", () => {
  it.each([
    ["refused at once", true, 3000],
    ["never answered", false, 24_000],
  ])("a page listens to a stream: %s", async (_, answers, wait) => {
    const { live, sockets, sources, last } = behindProxy(answers);
    const onEvents = vi.fn();
    live.join(room, { onEvents });
    await vi.advanceTimersByTimeAsync(wait);
    expect(sockets).toHaveLength(2);
    expect(sources).toHaveLength(1);
    expect(last().query).toBe("room=entity%3Aent_1");
    last().begin(7);
    last().say({ t: "events", room, seq: 9, events: [{ kind: "created" }] });
    expect(onEvents).toHaveBeenCalledWith([{ kind: "created" }]);
    expect(live.online).toBe(true);
  });

  it("tries a socket again when the stream ends, and goes on where it was", async () => {
    const { live, sockets, sources, last } = behindProxy();
    live.join(room, {});
    await vi.advanceTimersByTimeAsync(3000);
    last().begin(7);
    last().say({ t: "events", room, seq: 9, events: [] });
    last().fail(0);
    expect(last().closed).toBe(true);
    expect(live.online).toBe(false);
    await vi.advanceTimersByTimeAsync(3000);
    expect(sockets).toHaveLength(3);
    expect(sources).toHaveLength(2);
    expect(last().query).toContain("after=9");
  });

  it("goes over to a socket when only the network was away", async () => {
    const { live, sockets, sources, last } = behindProxy();
    const onEvents = vi.fn();
    live.join(room, { onEvents });
    await vi.advanceTimersByTimeAsync(3000);
    last().begin(7);
    while (sockets.length < 3) {
      await vi.advanceTimersByTimeAsync(5);
    }
    const socket = sockets.at(-1);
    const sent = vi.fn();
    Object.assign(socket ?? {}, { readyState: 1, send: sent, close: vi.fn() });
    socket?.onopen?.(new Event("open"));
    expect(JSON.parse(String(sent.mock.calls[0]?.[0]))).toMatchObject({ t: "sub", room, after: 7 });
    expect(last().closed).toBe(true);
    expect(sources).toHaveLength(1);
    socket?.onmessage?.({ data: JSON.stringify({ t: "events", room, seq: 8, events: [] }) } as MessageEvent);
    expect(onEvents).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(700_000);
    expect(sockets).toHaveLength(3);
    expect(live.online).toBe(true);
  });

  it("tries a socket only rarely while it is blocked", async () => {
    const { live, sockets, last } = behindProxy();
    live.join(room, {});
    await vi.advanceTimersByTimeAsync(3000);
    last().begin(7);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(280_000);
    expect(sockets).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sockets).toHaveLength(4);
    expect(last().closed).toBe(false);
  });

  it("does not hammer a server that is away", async () => {
    const { live, sockets, sources } = behindProxy();
    live.join(room, {});
    for (let i = 0; i < 120; i++) {
      await vi.advanceTimersByTimeAsync(1000);
      for (const source of sources.filter(({ closed }) => !closed)) {
        source.fail(2);
      }
    }
    expect(sockets.length + sources.length).toBeLessThan(20);
  });

  it("asks later again for one room that is refused, and keeps the others", async () => {
    const { live, sources } = behindProxy();
    live.join(room, {});
    live.join("user:me", {});
    await vi.advanceTimersByTimeAsync(3000);
    const [first, second] = sources;
    first?.begin(1);
    second?.fail(2);
    expect(first?.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(sources).toHaveLength(3);
    live.join("user:me", {})();
  });

  it("leaves its rooms and ends when nobody listens", async () => {
    const { live, last } = behindProxy();
    const leave = live.join(room, {});
    await vi.advanceTimersByTimeAsync(3000);
    last().begin(1);
    leave();
    expect(last().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(3000);
    expect(live.online).toBe(false);
  });
});

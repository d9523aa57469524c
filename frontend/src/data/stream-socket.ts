/**
 * Server-sent events behind the face of a socket, for where WebSockets do not
 * get through. It only listens: others do not see where this page stands.
 */
import type { Socket } from "./live-frames";

/** What an event source must offer; the browser's does. */
export interface Source {
  readonly readyState: number;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(name: "ready", listener: (event: MessageEvent) => void): void;
  close(): void;
}

interface Asked {
  readonly t: string;
  readonly id?: number;
  readonly room?: string;
  readonly after?: number;
}

/** A browser keeps six connections to a server; requests need some of them. */
const mostStreams = 4;
const again = 15_000;

export class StreamSocket implements Socket {
  readyState = 1;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  private readonly rooms = new Map<string, Source>();
  private readonly retries = new Set<ReturnType<typeof setTimeout>>();
  private readonly source: (query: string) => Source;

  constructor(source: (query: string) => Source) {
    this.source = source;
    setTimeout(() => this.readyState === 1 && this.onopen?.(new Event("open")));
  }

  send(data: string): void {
    const asked = JSON.parse(data) as Asked;
    if (asked.t === "sub" && asked.room !== undefined) {
      this.enter(asked, asked.room);
    } else if (asked.t === "unsub" && asked.room !== undefined) {
      this.rooms.get(asked.room)?.close();
      this.rooms.delete(asked.room);
    }
  }

  close(): void {
    if (this.readyState !== 1) {
      return;
    }
    this.readyState = 3;
    for (const source of this.rooms.values()) {
      source.close();
    }
    this.rooms.clear();
    for (const retry of this.retries) {
      clearTimeout(retry);
    }
    this.onclose?.(new CloseEvent("close"));
  }

  private enter(asked: Asked, room: string): void {
    if (this.readyState !== 1 || (this.rooms.size >= mostStreams && !this.rooms.has(room))) {
      return;
    }
    const query = new URLSearchParams({ room });
    if (asked.after !== undefined) {
      query.set("after", String(asked.after));
    }
    const source = this.source(query.toString());
    this.rooms.get(room)?.close();
    this.rooms.set(room, source);
    source.addEventListener("ready", (event) => {
      const { seq } = JSON.parse(String(event.data)) as { seq: number };
      this.say({ t: "ok", id: asked.id, room, seq });
    });
    source.onmessage = (event) => this.onmessage?.(event);
    source.onerror = () => this.failed(asked, room, source);
  }

  /**
   * A room that is refused is asked for again later. Whatever else ends a
   * stream ends all: who holds this socket knows from where to go on.
   */
  private failed(asked: Asked, room: string, source: Source): void {
    if (this.rooms.get(room) !== source) {
      return;
    }
    const refused = source.readyState === 2;
    source.close();
    this.rooms.delete(room);
    if (!refused || this.rooms.size === 0) {
      this.close();
      return;
    }
    const retry = setTimeout(() => {
      this.retries.delete(retry);
      this.enter(asked, room);
    }, again);
    this.retries.add(retry);
  }

  private say(frame: object): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

export function browserStreams(base: string): Socket {
  return new StreamSocket((query) => new EventSource(`${base}/events?${query}`));
}

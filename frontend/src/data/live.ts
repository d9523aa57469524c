/**
 * The one WebSocket of the page: rooms, resume, presence. Where sockets do not
 * get through, a stream of server-sent events takes its place.
 */
import { base } from "@/api/client";
import type { Cursor, Frame, Room, RoomListener, Socket } from "./live-frames";

export type { Cursor, LiveEvent, LiveMember, RoomListener, Socket } from "./live-frames";

const presenceEvery = 8000;
const pingEvery = 25_000;
/** A page that changes from one table to the next keeps its connection. */
const idleAfter = 2000;
const opened = 1;
/** How long a socket may take to open before it counts as blocked. */
const openWithin = 10_000;
/** After so many sockets that never opened a stream is tried, in turn with sockets. */
const blockedAfter = 2;
/** While a stream serves, when a socket is tried beside it: soon, for only the network may have been away, then rarely. */
const probeFirst = 4000;
const probeEvery = 300_000;

export class LiveConnection {
  private socket: Socket | undefined;
  private readonly rooms = new Map<string, Room>();
  private readonly schemaListeners = new Set<(kind: string) => void>();
  private readonly stateListeners = new Set<() => void>();
  private readonly asked = new Map<number, string>();
  private attempts = 0;
  /** Sockets and streams in a row over which nothing came. */
  private blocked = 0;
  private loading = false;
  private lastId = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private timers: ReturnType<typeof setInterval>[] = [];
  private readonly connect: () => Socket;
  private readonly stream: (() => Promise<Socket>) | undefined;

  constructor(connect: () => Socket, stream?: () => Promise<Socket>) {
    this.connect = connect;
    this.stream = stream;
  }

  get online(): boolean {
    return this.socket?.readyState === opened;
  }

  /** Enters a room; the answer leaves it. */
  join(name: string, listener: RoomListener): () => void {
    const room = this.rooms.get(name) ?? {
      listeners: new Set(),
      seq: undefined,
      members: [],
      cursor: undefined,
    };
    const fresh = !this.rooms.has(name);
    this.rooms.set(name, room);
    room.listeners.add(listener);
    if (fresh && this.online) {
      this.sub(name, room);
    } else if (room.members.length > 0) {
      listener.onMembers?.(room.members);
    }
    this.open();
    return () => this.leave(name, listener);
  }

  /** Says where this page stands in a room; undefined: in the room, at no cell. */
  present(name: string, cursor: Cursor | undefined): void {
    const room = this.rooms.get(name);
    if (room !== undefined) {
      room.cursor = cursor;
      this.sayPresence(name, room);
    }
  }

  onSchema(listener: (kind: string) => void): () => void {
    this.schemaListeners.add(listener);
    return () => this.schemaListeners.delete(listener);
  }

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  private leave(name: string, listener: RoomListener): void {
    const room = this.rooms.get(name);
    room?.listeners.delete(listener);
    if (room !== undefined && room.listeners.size === 0) {
      this.rooms.delete(name);
      this.send({ t: "unsub", id: this.nextId(), room: name });
    }
    if (this.rooms.size === 0) {
      clearTimeout(this.idle);
      this.idle = setTimeout(() => this.rooms.size === 0 && this.close(), idleAfter);
    }
  }

  private open(): void {
    if (this.socket !== undefined || this.retry !== undefined || this.loading) {
      return;
    }
    const turn = this.blocked >= blockedAfter && this.blocked % 2 === 0;
    if (this.stream === undefined || !turn) {
      this.hold(this.connect());
      return;
    }
    this.loading = true;
    this.stream().then(
      (socket) => {
        this.loading = false;
        this.hold(socket);
        this.probe(socket, probeFirst);
      },
      () => {
        this.loading = false;
        this.later();
      },
    );
  }

  private hold(socket: Socket): void {
    this.socket = socket;
    const late = setTimeout(() => socket.readyState !== opened && socket.close(), openWithin);
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => {
      this.blocked = 0; // where a stream works, a socket is tried once when it ends
      this.receive(JSON.parse(String(event.data)) as Frame);
    };
    socket.onclose = () => {
      clearTimeout(late);
      this.lost(socket);
    };
  }

  /** Lets a socket that gets through take the place of a stream. */
  private probe(stream: Socket, wait: number): void {
    setTimeout(() => {
      if (this.socket !== stream) {
        return;
      }
      const socket = this.connect();
      socket.onclose = () => this.probe(stream, probeEvery);
      socket.onopen = () => {
        if (this.socket !== stream) {
          socket.close();
          return;
        }
        this.hold(socket);
        this.stopTimers();
        stream.close();
        this.opened();
      };
    }, wait);
  }

  private opened(): void {
    for (const [name, room] of this.rooms) {
      this.sub(name, room);
    }
    this.timers = [
      setInterval(() => this.send({ t: "ping" }), pingEvery),
      setInterval(() => {
        for (const [name, room] of this.rooms) {
          this.sayPresence(name, room);
        }
      }, presenceEvery),
    ];
    this.tellState();
  }

  private lost(socket: Socket): void {
    if (this.socket !== socket) {
      return;
    }
    this.socket = undefined;
    this.stopTimers();
    this.asked.clear();
    this.tellState();
    if (this.rooms.size > 0) {
      this.later();
    }
  }

  private later(): void {
    const wait = Math.min(20_000, 300 * 2 ** this.attempts) * (0.5 + Math.random());
    this.attempts += 1;
    this.blocked += 1;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.open();
    }, wait);
  }

  private close(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.stopTimers();
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }

  private stopTimers(): void {
    for (const timer of this.timers) {
      clearInterval(timer);
    }
    this.timers = [];
  }

  private receive(frame: Frame): void {
    if (frame.t === "schema") {
      for (const listener of [...this.schemaListeners]) {
        listener(frame.kind ?? "");
      }
      return;
    }
    const name = frame.room ?? (frame.id === undefined ? undefined : this.asked.get(frame.id));
    if (frame.id !== undefined) {
      this.asked.delete(frame.id);
    }
    const room = name === undefined ? undefined : this.rooms.get(name);
    if (name !== undefined && room !== undefined) {
      this.receiveIn(name, room, frame);
    }
  }

  private receiveIn(name: string, room: Room, frame: Frame): void {
    switch (frame.t) {
      case "ok":
        this.attempts = 0;
        room.seq = Math.max(room.seq ?? 0, frame.seq ?? 0);
        this.sayPresence(name, room);
        break;
      case "events":
        room.seq = Math.max(room.seq ?? 0, frame.seq ?? 0);
        for (const listener of [...room.listeners]) {
          listener.onEvents?.(frame.events ?? []);
        }
        break;
      case "reset":
        room.seq = frame.seq ?? room.seq;
        for (const listener of [...room.listeners]) {
          listener.onReset?.();
        }
        break;
      case "presence":
        room.members = frame.members ?? [];
        for (const listener of [...room.listeners]) {
          listener.onMembers?.(room.members);
        }
        break;
      default:
    }
  }

  private sub(name: string, room: Room): void {
    const id = this.nextId();
    this.asked.set(id, name);
    this.send({ t: "sub", id, room: name, ...(room.seq !== undefined && { after: room.seq }) });
  }

  private sayPresence(name: string, room: Room): void {
    if (name !== "user:me") {
      this.send({ t: "presence", room: name, ...(room.cursor && { cursor: room.cursor }) });
    }
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  private send(frame: object): void {
    if (this.online) {
      this.socket?.send(JSON.stringify(frame));
    }
  }

  private tellState(): void {
    for (const listener of [...this.stateListeners]) {
      listener();
    }
  }
}

function browserSocket(): Socket {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${window.location.host}${base}/ws`);
}

/** The connection of this page. */
export const live = new LiveConnection(browserSocket, async () =>
  (await import("./stream-socket")).browserStreams(base),
);

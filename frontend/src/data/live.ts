/** The one WebSocket of the page: rooms, resume, presence. */
import { base } from "@/api/client";
import type { Ref } from "@/api/types";
import type { WireRecord } from "./wire";

export interface LiveEvent {
  readonly kind: "created" | "updated" | "deleted" | "gone" | "comments";
  readonly record: Pick<WireRecord, "id" | "version"> & Partial<WireRecord>;
  readonly by?: Ref;
  readonly at?: string;
  readonly via?: string;
}

export interface Cursor {
  readonly record: string;
  readonly field: string;
}

export interface LiveMember {
  readonly client: string;
  readonly user: Ref;
  readonly cursor?: Cursor;
}

export interface RoomListener {
  onEvents?(events: readonly LiveEvent[]): void;
  /** Too much has changed, or the connection was away too long: read again. */
  onReset?(): void;
  onMembers?(members: readonly LiveMember[]): void;
}

interface Room {
  readonly listeners: Set<RoomListener>;
  seq: number | undefined;
  members: readonly LiveMember[];
  cursor: Cursor | undefined;
}

interface Frame {
  readonly t: string;
  readonly id?: number;
  readonly room?: string;
  readonly seq?: number;
  readonly events?: readonly LiveEvent[];
  readonly members?: readonly LiveMember[];
  readonly kind?: string;
  readonly code?: string;
}

/** What a socket must offer; the browser's does. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string): void;
  close(): void;
}

const presenceEvery = 8000;
const pingEvery = 25_000;
/** A page that changes from one table to the next keeps its connection. */
const idleAfter = 2000;
const opened = 1;

export class LiveConnection {
  private socket: Socket | undefined;
  private readonly rooms = new Map<string, Room>();
  private readonly schemaListeners = new Set<(kind: string) => void>();
  private readonly stateListeners = new Set<() => void>();
  private readonly asked = new Map<number, string>();
  private attempts = 0;
  private lastId = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private timers: ReturnType<typeof setInterval>[] = [];
  private readonly connect: () => Socket;

  constructor(connect: () => Socket) {
    this.connect = connect;
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
    if (this.socket !== undefined || this.retry !== undefined) {
      return;
    }
    const socket = this.connect();
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as Frame);
    socket.onclose = () => this.lost(socket);
  }

  private opened(): void {
    this.attempts = 0;
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
    if (this.rooms.size === 0) {
      return;
    }
    const wait = Math.min(20_000, 300 * 2 ** this.attempts) * (0.5 + Math.random());
    this.attempts += 1;
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
export const live = new LiveConnection(browserSocket);

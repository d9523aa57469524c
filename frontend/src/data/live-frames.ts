/** What goes over the live connection, and what it is told to whom. */
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

export interface Frame {
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

/** A room as the page keeps it. */
export interface Room {
  readonly listeners: Set<RoomListener>;
  seq: number | undefined;
  members: readonly LiveMember[];
  cursor: Cursor | undefined;
}

/** One open table: its rows, what is on its way, what can be undone, and who else is here. */
import type { Ref } from "@/api/types";
import type { CellRef, EditBatch } from "@/grid/edit-types";
import { Creator } from "./creator";
import { byRecord, isTemporary, temporary } from "./drafts";
import { type Held, HeldValues } from "./held";
import type { ViewQuery } from "./layout";
import { type Cursor, type LiveEvent, type LiveMember, live } from "./live";
import { isPassing, Outbox, type PendingPatch, type Progress } from "./outbox";
import type { RemoteChange } from "./record-cache";
import { RowStore } from "./row-store";
import { UndoStack } from "./undo";
import { type Fields, type WireRecord, wire } from "./wire";

export interface SessionEvents {
  /** Cells that somebody else changed, or whose change was refused. */
  onFlash?(cells: readonly CellRef[], kind: "reject" | "remote"): void;
  onRefused?(error: unknown, cells: number): void;
  /** Somebody changed a cell while it was being changed here; the later save stands. */
  onConflict?(change: RemoteChange, by: Ref): void;
  /** Figures of the view may be others now. */
  onFigures?(): void;
  /** Records that an undo left alone, because somebody changed them since. */
  onSkipped?(count: number): void;
  /** Records went into the trash. */
  onDeleted?(count: number): void;
}

export interface SessionState {
  readonly progress: Progress | undefined;
  readonly offline: boolean;
  readonly members: readonly LiveMember[];
  /** What the rules refused of the record that is being filled in. */
  readonly held: Held | undefined;
}

const refreshAfter = 250;
export class TableSession {
  /** The active cell of the grid. */
  cursor: Cursor | undefined;
  readonly rows: RowStore;
  readonly undo: UndoStack;
  readonly room: string;
  events: SessionEvents = {};
  /** Keys by which the view filters, sorts or groups. */
  sensitive: ReadonlySet<string> = new Set();
  private readonly outbox: Outbox;
  private readonly real = new Map<string, string>();
  readonly creator: Creator;
  private late: LiveEvent[] = [];
  private leave: (() => void) | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private state: SessionState = { progress: undefined, offline: false, members: [], held: undefined };
  private readonly listeners = new Set<() => void>();
  private readonly me: string;
  readonly held: HeldValues;

  constructor(entity: string, me: string) {
    this.me = me;
    this.room = `entity:${entity}`;
    this.rows = new RowStore(entity);
    this.undo = new UndoStack(
      (skipped) => {
        this.events.onSkipped?.(skipped);
        this.refreshSoon();
      },
      () => this.outbox.settled(),
    );
    this.outbox = new Outbox({
      entity,
      realId: (id) => this.real.get(id) ?? id,
      events: {
        onSaved: (patches, records) => this.saved(patches, records),
        onRefused: (patches, error, alone) => this.refused(patches, error, alone),
        onAct: (changeSets) => this.undo.push(changeSets),
        onProgress: () => this.setState({ progress: this.outbox.progress, offline: this.outbox.waiting }),
      },
    });
    this.held = new HeldValues({
      idOf: (id) => this.idOf(id),
      drop: (id, keys) => {
        this.rows.settle(id, keys);
        this.rows.changed();
      },
      changed: (held) => this.setState({ held }),
      lost: (error, cells) => this.events.onRefused?.(error, cells),
    });
    this.creator = new Creator({
      rows: this.rows,
      outbox: this.outbox,
      onMade: (from, to) => this.real.set(from, to),
      onRefused: (error, records) => this.events.onRefused?.(error, records),
      onIdle: () => this.receiveLate(),
    });
  }

  readonly read = (): SessionState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Enters the room and stays until the answer is called. */
  open(): () => void {
    this.leave = live.join(this.room, {
      onEvents: (events) => this.receive(events),
      onReset: () => this.refreshSoon(),
      onMembers: (members) => this.setState({ members }),
    });
    return () => {
      clearTimeout(this.refreshTimer);
      this.leave?.();
    };
  }

  /** Shows a view; `required` are the keys that a new record must have. */
  show(query: ViewQuery, sensitive: ReadonlySet<string>, required: readonly string[]): Promise<void> {
    this.sensitive = sensitive;
    this.creator.required = required;
    return this.rows.show(query);
  }

  /** Says which cell is the active one. */
  present(cursor: Cursor | undefined): void {
    this.cursor = cursor;
    live.present(this.room, cursor !== undefined && isTemporary(cursor.record) ? undefined : cursor);
  }

  /** Applies one act of the grid at once and sends it. */
  edit(batch: EditBatch): void {
    const changes = byRecord(batch);
    if (changes.size > 0) {
      this.write(changes);
    }
    const added = batch.added.map((fields) => temporary(fields));
    for (const record of added) {
      this.rows.insert(record, undefined, undefined);
    }
    this.creator.add(added);
  }

  write(given: ReadonlyMap<string, Fields>): void {
    const changes = this.held.with(given);
    const sent = new Map([...changes].filter(([id, fields]) => !this.creator.edit(id, fields)));
    if (sent.size > 0) {
      this.rows.edit(sent);
      this.outbox.patch([...sent].map(([id, fields]) => ({ id: this.idOf(id), fields })));
    }
  }

  set(id: string, key: string, value: unknown): void {
    this.write(new Map([[id, { [key]: value }]]));
  }

  /** Makes a record; it is seen at once. Answers its place and the id that it has for now. */
  add(fields: Fields, after?: string, group?: string): { readonly index: number; readonly id: string } {
    const record = temporary({ ...this.rows.groupValues(group), ...fields });
    const index = this.rows.insert(record, after, group);
    this.creator.add([record]);
    return { index, id: record.id };
  }

  /** Moves records to the trash. */
  remove(ids: readonly string[]): void {
    this.rows.remove(ids);
    const sent = ids.filter((id) => !this.creator.isDraft(id));
    for (const id of ids) {
      this.creator.discard(id);
    }
    for (let from = 0; from < sent.length; from += 1000) {
      const part = sent.slice(from, from + 1000);
      this.outbox.run(part.length, async (key) => {
        try {
          const known = part.map((id) => this.real.get(id) ?? id).filter((id) => !isTemporary(id));
          const result = await wire.remove(this.rows.entity, known, key);
          this.events.onDeleted?.(known.length);
          this.events.onFigures?.();
          return result.changeSet;
        } catch (error) {
          if (isPassing(error)) {
            throw error; // it is sent again
          }
          this.events.onRefused?.(error, part.length);
          this.refreshSoon();
          return undefined;
        }
      });
    }
  }

  /** Loads a record that is not in sight, such as one from a link. */
  async ensure(id: string): Promise<void> {
    const record = await wire.get(this.rows.entity, id);
    this.rows.take([record]);
  }

  /** The id that the server gave to a record made here. */
  idOf(id: string): string {
    return this.real.get(id) ?? id;
  }

  private saved(patches: readonly PendingPatch[], records: readonly WireRecord[]): void {
    for (const { id, fields } of patches) {
      this.rows.settle(this.idOf(id), Object.keys(fields));
    }
    this.rows.take(records);
    this.events.onFigures?.();
  }

  private refused(patches: readonly PendingPatch[], error: unknown, alone: boolean): void {
    if (this.held.take(patches, error, alone)) {
      return;
    }
    const cells = patches.flatMap(({ id, fields }) =>
      Object.keys(fields).map((key) => ({ rowId: this.idOf(id), key })),
    );
    for (const { id, fields } of patches) {
      this.rows.settle(this.idOf(id), Object.keys(fields));
    }
    this.rows.changed();
    this.events.onFlash?.(cells, "reject");
    this.events.onRefused?.(error, cells.length);
  }

  private receive(events: readonly LiveEvent[]): void {
    const gone: string[] = [];
    const flashed: CellRef[] = [];
    for (const event of events) {
      const { id } = event.record;
      const known = this.rows.entry(id) !== undefined;
      if (event.kind === "deleted" || event.kind === "gone") {
        gone.push(id);
      } else if (event.kind !== "comments" && known) {
        flashed.push(...this.update(event));
      } else if (event.kind === "created" && this.creator.busy) {
        this.late.push(event);
      } else if (event.kind === "created" || this.sensitive.size > 0) {
        this.refreshSoon();
      }
    }
    if (gone.some((id) => this.rows.entry(id) !== undefined || this.rows.indexOf(id) >= 0)) {
      this.rows.remove(gone);
    }
    if (flashed.length > 0) {
      this.events.onFlash?.(flashed, "remote");
    }
    this.events.onFigures?.();
  }

  private update(event: LiveEvent): CellRef[] {
    const [change] = this.rows.take([event.record as WireRecord]);
    const { by } = event;
    if (change === undefined || by === undefined || by.id === this.me) {
      return [];
    }
    if (change.conflicts.length > 0) {
      this.events.onConflict?.(change, by);
    }
    if (change.keys.some((key) => this.sensitive.has(key))) {
      this.refreshSoon();
    }
    return change.keys.map((key) => ({ rowId: change.id, key }));
  }

  /** Records that were created elsewhere while ours were on their way. */
  private receiveLate(): void {
    const { late } = this;
    this.late = [];
    if (late.some((event) => this.rows.entry(event.record.id) === undefined)) {
      this.refreshSoon();
    }
    this.events.onFigures?.();
  }

  refreshSoon(): void {
    if (this.refreshTimer === undefined) {
      this.refreshTimer = setTimeout(() => {
        this.refreshTimer = undefined;
        if (this.creator.busy || this.outbox.progress !== undefined) {
          this.refreshSoon();
        } else {
          void this.rows.refresh();
        }
      }, refreshAfter);
    }
  }

  private setState(next: Partial<SessionState>): void {
    this.state = { ...this.state, ...next };
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}

/** One open table: its rows, what is on its way, what can be undone, and who else is here. */
import type { Ref } from "@/api/types";
import type { CellRef, EditBatch } from "@/grid/edit-types";
import { byRecord, inputOf, isTemporary, temporary } from "./drafts";
import type { ViewQuery } from "./layout";
import { type Cursor, type LiveEvent, type LiveMember, live } from "./live";
import { Outbox, type PendingPatch, type Progress } from "./outbox";
import type { RemoteChange } from "./record-cache";
import { RowStore } from "./row-store";
import { UndoStack } from "./undo";
import { type Fields, type WireRecord, wire } from "./wire";

export interface SessionEvents {
  /** Cells that somebody else changed, or whose change was refused. */
  onFlash?(cells: readonly CellRef[], kind: "reject" | "remote"): void;
  onRefused?(error: unknown, cells: number): void;
  /** Somebody changed a cell while it was being changed here; what was done here stands. */
  onConflict?(change: RemoteChange, by: Ref): void;
  /** Figures of the view may be others now. */
  onFigures?(): void;
  /** Records went into the trash. */
  onDeleted?(count: number): void;
}

export interface SessionState {
  readonly progress: Progress | undefined;
  readonly offline: boolean;
  readonly members: readonly LiveMember[];
}

const refreshAfter = 250;
export class TableSession {
  readonly rows: RowStore;
  readonly undo: UndoStack;
  readonly room: string;
  events: SessionEvents = {};
  /** Keys by which the view filters, sorts or groups. */
  sensitive: ReadonlySet<string> = new Set();
  private readonly outbox: Outbox;
  private readonly real = new Map<string, string>();
  private creating = 0;
  private late: LiveEvent[] = [];
  private leave: (() => void) | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private state: SessionState = { progress: undefined, offline: false, members: [] };
  private readonly listeners = new Set<() => void>();
  private readonly me: string;

  constructor(entity: string, me: string) {
    this.me = me;
    this.room = `entity:${entity}`;
    this.rows = new RowStore(entity);
    this.undo = new UndoStack((records) => {
      this.rows.take(records);
      this.refreshSoon();
    });
    this.outbox = new Outbox({
      entity,
      realId: (id) => this.real.get(id) ?? id,
      events: {
        onSaved: (patches, records) => this.saved(patches, records),
        onRefused: (patches, error) => this.refused(patches, error),
        onAct: (changeSets) => this.undo.push(changeSets),
        onProgress: () => this.setState({ progress: this.outbox.progress, offline: this.outbox.waiting }),
      },
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

  show(query: ViewQuery, sensitive: ReadonlySet<string>): Promise<void> {
    this.sensitive = sensitive;
    return this.rows.show(query);
  }

  present(cursor: Cursor | undefined): void {
    live.present(this.room, cursor !== undefined && isTemporary(cursor.record) ? undefined : cursor);
  }

  /** Applies one act of the grid at once and sends it. */
  edit(batch: EditBatch): void {
    const changes = byRecord(batch);
    if (changes.size > 0) {
      this.write(changes);
    }
    if (batch.added.length > 0) {
      this.addMany(batch.added);
    }
  }

  write(changes: ReadonlyMap<string, Fields>): void {
    this.rows.edit(changes);
    this.outbox.patch([...changes].map(([id, fields]) => ({ id: this.real.get(id) ?? id, fields })));
  }

  set(id: string, key: string, value: unknown): void {
    this.write(new Map([[id, { [key]: value }]]));
  }

  /** Makes a record; it is seen at once. Answers its place and the id that it has for now. */
  add(fields: Fields, after?: string, group?: string): { readonly index: number; readonly id: string } {
    const record = temporary({ ...this.rows.groupValues(group), ...fields });
    const index = this.rows.insert(record, after, group);
    this.create([record]);
    return { index, id: record.id };
  }

  private addMany(all: readonly Fields[]): void {
    const records = all.map((fields) => temporary(fields));
    for (const record of records) {
      this.rows.insert(record, undefined, undefined);
    }
    for (let from = 0; from < records.length; from += 1000) {
      this.create(records.slice(from, from + 1000));
    }
  }

  private create(records: readonly WireRecord[]): void {
    this.creating += 1;
    this.outbox.run(records.length, async (key) => {
      try {
        const input = records.map((record) => inputOf(record.fields));
        const result = await wire.create(this.rows.entity, input, true, key);
        records.forEach((record, i) => {
          const made = result.records[i];
          if (made !== undefined) {
            this.real.set(record.id, made.id);
            this.rows.rename(record.id, made);
          }
        });
        this.events.onFigures?.();
        return result.changeSet;
      } catch (error) {
        this.rows.remove(records.map((record) => record.id));
        this.events.onRefused?.(error, records.length);
        return undefined;
      } finally {
        this.creating -= 1;
        this.receiveLate();
      }
    });
  }

  /** Moves records to the trash. */
  remove(ids: readonly string[]): void {
    this.rows.remove(ids);
    for (let from = 0; from < ids.length; from += 1000) {
      const part = ids.slice(from, from + 1000);
      this.outbox.run(part.length, async (key) => {
        try {
          const known = part.map((id) => this.real.get(id) ?? id).filter((id) => !isTemporary(id));
          const result = await wire.remove(this.rows.entity, known, key);
          this.events.onDeleted?.(known.length);
          this.events.onFigures?.();
          return result.changeSet;
        } catch (error) {
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

  private refused(patches: readonly PendingPatch[], error: unknown): void {
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
      } else if (event.kind === "created" && this.creating > 0) {
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
    if (this.creating === 0) {
      const { late } = this;
      this.late = [];
      if (late.some((event) => this.rows.entry(event.record.id) === undefined)) {
        this.refreshSoon();
      }
    }
  }

  refreshSoon(): void {
    if (this.refreshTimer === undefined) {
      this.refreshTimer = setTimeout(() => {
        this.refreshTimer = undefined;
        if (this.creating > 0 || this.outbox.progress !== undefined) {
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

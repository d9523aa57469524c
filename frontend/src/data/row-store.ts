/** The rows of one view of one entity: loaded as they come into sight, changed at once, kept live. */
import type { GridGroup, GridRow, RowSource } from "@/grid/types";
import { GroupReader } from "./group-reader";
import { headings, type Layout, loadLayout, refreshFigures, type ViewQuery } from "./layout";
import { Observable } from "./observable";
import { isMissing, placeIn, runsIn } from "./places";
import { RecordCache, type RecordEntry, type RemoteChange } from "./record-cache";
import type { Segment } from "./segment";
import type { Fields, WireRecord } from "./wire";

export interface StoreState {
  readonly status: "loading" | "ready" | "failed";
  /** A newer answer is on its way; the old rows still stand. */
  readonly refreshing: boolean;
  readonly count: number;
  readonly error: unknown;
}

const pageSize = 200;
const mostRecords = 20_000;
const nothing: Layout = { query: {}, segments: [], groups: undefined };

export class RowStore extends Observable<StoreState> implements RowSource {
  readonly cache = new RecordCache();
  private layout: Layout = nothing;
  /** Records made here that the server does not know yet. */
  private readonly fresh = new Map<string, { after: string | undefined; group: string | undefined }>();
  private wanted: ViewQuery | undefined;
  private collapsed: ReadonlySet<string> = new Set();
  private groupList: readonly GridGroup[] | undefined;
  private shown = { from: 0, to: 60 };
  private generation = 0;
  private readonly loading = new Map<string, Promise<void>>();
  private readonly groupReader: GroupReader;
  readonly entity: string;

  constructor(entity: string) {
    super({ status: "loading", refreshing: true, count: 0, error: undefined });
    this.entity = entity;
    this.groupReader = new GroupReader(entity);
  }

  get count(): number {
    return this.layout.segments.reduce((sum, one) => sum + one.count, 0);
  }

  get groups(): readonly GridGroup[] | undefined {
    return this.groupList;
  }

  idAt(index: number): string | undefined {
    const place = placeIn(this.layout.segments, index);
    return place?.segment.id(place.at);
  }

  row(index: number): GridRow | undefined {
    const id = this.idAt(index);
    return id === undefined ? undefined : this.cache.row(id);
  }

  entry(id: string): RecordEntry | undefined {
    return this.cache.get(id);
  }

  indexOf(id: string): number {
    let before = 0;
    for (const segment of this.layout.segments) {
      const at = segment.indexOf(id);
      if (at >= 0) {
        return before + at;
      }
      before += segment.count;
    }
    return -1;
  }

  want(from: number, to: number): void {
    this.shown = { from, to };
    void Promise.all([this.load(from, to), this.wantGroups()]).catch((error: unknown) =>
      this.setState({ error }),
    );
  }

  async load(from: number, to: number): Promise<void> {
    const jobs: (Promise<void> | undefined)[] = [];
    for (const { segment, number, start, end } of runsIn(this.layout.segments, from, to)) {
      for (let page = Math.floor(start / pageSize); page * pageSize < end; page++) {
        jobs.push(this.loadPage(segment, number, page));
      }
    }
    await Promise.all(jobs);
  }

  /** Reads the next page of groups where they come near. */
  private async wantGroups(): Promise<void> {
    const { layout } = this;
    const grown = await this.groupReader.read(layout, this.shown.to, this.count, this.collapsed);
    if (this.layout === layout && grown !== layout) {
      this.layout = grown;
      this.structure();
    }
  }

  /** Shows another query; the old rows stay until the new ones are there. */
  show(query: ViewQuery): Promise<void> {
    this.wanted = query;
    return this.refresh();
  }

  /** Reads again what is shown. */
  async refresh(): Promise<void> {
    const query = this.wanted;
    if (query === undefined) {
      return;
    }
    this.generation += 1;
    const mine = this.generation;
    this.setState({ refreshing: true });
    try {
      const layout = await loadLayout(this.entity, query);
      await this.fill(layout);
      if (mine === this.generation) {
        this.layout = layout;
        this.loading.clear();
        this.keepFresh();
        this.structure();
        this.setState({ status: "ready", refreshing: false, count: this.count, error: undefined });
      }
    } catch (error) {
      if (mine === this.generation) {
        const status = this.state.status === "ready" ? "ready" : "failed";
        this.setState({ status, refreshing: false, error });
      }
    }
  }

  async refreshFigures(): Promise<void> {
    if (await refreshFigures(this.entity, this.layout)) {
      this.structure();
    }
  }

  setCollapsed(collapsed: ReadonlySet<string>): void {
    this.collapsed = collapsed;
    this.structure();
    void this.wantGroups().catch((error: unknown) => this.setState({ error }));
  }

  /** What a new record of a group starts with. */
  groupValues(id: string | undefined): Fields {
    const group = this.layout.groups?.find((one) => one.id === id);
    return group === undefined ? {} : (this.layout.query.group?.valuesOf(group.key) ?? {});
  }

  /** Puts a record that was made here where it shall be seen: after another, at the end of a group or of all. */
  insert(record: WireRecord, after: string | undefined, group: string | undefined): number {
    this.cache.put(record);
    this.fresh.set(record.id, { after, group });
    const segment =
      this.layout.groups?.find((one) => one.id === group)?.segment ??
      this.layout.segments.find((one) => after && one.indexOf(after) >= 0) ??
      this.layout.segments.at(-1);
    if (segment === undefined) {
      return -1;
    }
    const at = after === undefined ? -1 : segment.indexOf(after);
    segment.insert(at < 0 ? segment.count : at + 1, record.id);
    this.structure();
    return this.indexOf(record.id);
  }

  rename(from: string, record: WireRecord): void {
    this.fresh.delete(from);
    this.cache.rename(from, record);
    for (const segment of this.layout.segments) {
      segment.replace(from, record.id);
    }
    this.tell("rows");
  }

  remove(ids: Iterable<string>): void {
    for (const id of ids) {
      for (const segment of this.layout.segments) {
        const at = segment.indexOf(id);
        if (at >= 0) {
          segment.removeAt(at);
        }
      }
      this.cache.remove(id);
      this.fresh.delete(id);
    }
    this.structure();
  }

  /** Takes records as the server has them; answers what differs from what was known. */
  take(records: readonly WireRecord[]): RemoteChange[] {
    const changes = records.flatMap((record) => this.cache.put(record) ?? []);
    this.tell("rows");
    return changes;
  }

  edit(changes: ReadonlyMap<string, Fields>): void {
    for (const [id, fields] of changes) {
      this.cache.edit(id, fields);
    }
    this.tell("rows");
  }

  settle(id: string, keys: readonly string[]): void {
    this.cache.settle(id, keys);
  }

  /** Values that wait were settled: draw them. */
  changed(): void {
    this.tell("rows");
  }

  /** Records that only this page has stay through a change of the rows. */
  private keepFresh(): void {
    for (const [id, { after, group }] of [...this.fresh]) {
      const entry = this.cache.get(id);
      if (entry !== undefined) {
        this.insert(entry.record, after, group);
      }
    }
  }

  /** Loads what is on screen into a layout that is about to be shown. */
  private async fill(layout: Layout): Promise<void> {
    const { from, to } = this.shown;
    const runs = runsIn(layout.segments, from, Math.max(to, from + 60))
      .filter(({ number }) => !this.collapsed.has(layout.groups?.[number]?.id ?? ""))
      .map(({ segment, start, end }) =>
        segment.load(Math.floor(start / pageSize) * pageSize, end).then((records) => this.keep(records)),
      );
    await Promise.all(runs);
  }

  private loadPage(segment: Segment, number: number, page: number): Promise<void> | undefined {
    const from = page * pageSize;
    const to = Math.min(segment.count, from + pageSize);
    if (!isMissing(segment, this.cache, from, to)) {
      return undefined;
    }
    const name = `${number}:${page}`;
    if (this.loading.has(name)) {
      return this.loading.get(name);
    }
    const before = segment.count;
    const job = segment.load(from, to).then((records) => {
      this.loading.delete(name);
      this.keep(records);
      if (segment.count === before) {
        this.tell("rows");
      } else {
        this.structure();
      }
    });
    this.loading.set(
      name,
      job.catch((error: unknown) => {
        this.loading.delete(name);
        throw error;
      }),
    );
    return job;
  }

  private keep(records: readonly WireRecord[]): void {
    for (const record of records) {
      this.cache.put(record);
    }
    if (this.cache.size > mostRecords) {
      this.forget();
    }
  }

  /** Forgets what is far from the screen and not on its way to the server. */
  private forget(): void {
    const near = new Set<string | undefined>(this.fresh.keys());
    for (let i = this.shown.from - 2000; i < this.shown.to + 2000; i++) {
      near.add(this.idAt(i));
    }
    for (const id of [...this.cache.ids()]) {
      if (!near.has(id) && this.cache.get(id)?.pending.size === 0) {
        this.cache.remove(id);
      }
    }
  }

  private structure(): void {
    this.groupList = headings(this.layout, this.collapsed);
    this.tell("structure");
    if (this.state.count !== this.count) {
      this.setState({ count: this.count });
    }
  }
}

/** A run of records in the order of one query, filled in from pages that only know their successor. */
import { isTemporary } from "./drafts";
import type { Anchors, RecordPage, WireRecord } from "./wire";

export interface PageAsk {
  readonly cursor: string | undefined;
  readonly limit: number;
  /** Only the ids are needed, to get from one cursor to the next. */
  readonly idsOnly: boolean;
}

export type FetchPage = (ask: PageAsk) => Promise<RecordPage>;

/** Cursors at every so-manyth record, for jumps that are too far to walk. */
export type FetchAnchors = (every: number) => Promise<Anchors>;

const mostIds = 1000;
/** Further than this from a known cursor is far. */
const farAway = 3000;
/** More pages than this would make the list of anchors long. */
const mostAnchors = 5000;

export class Segment {
  count: number;
  /** Ids by place; holes are not known yet. */
  private readonly ids: (string | undefined)[] = [];
  /** Cursors by the place that they lead to. */
  private cursors = new Map<number, string | undefined>([[0, undefined]]);
  private places: Map<string, number> | undefined;
  private readonly fetch: FetchPage;
  private readonly fetchAnchors: FetchAnchors | undefined;
  private anchored = false;
  /** Walks and loads follow each other, so that no cursor is fetched twice. */
  private chain: Promise<unknown> = Promise.resolve();

  constructor(count: number, fetch: FetchPage, fetchAnchors?: FetchAnchors) {
    this.count = count;
    this.fetch = fetch;
    this.fetchAnchors = fetchAnchors;
  }

  id(index: number): string | undefined {
    return this.ids[index];
  }

  indexOf(id: string): number {
    if (this.places === undefined) {
      const places = new Map<string, number>();
      this.ids.forEach((one, index) => {
        if (one !== undefined) {
          places.set(one, index);
        }
      });
      this.places = places;
    }
    return this.places.get(id) ?? -1;
  }

  /** Loads whole records [from, to). Answers them in order. */
  load(from: number, to: number): Promise<readonly WireRecord[]> {
    const next = this.chain.then(() => this.loadNow(from, to));
    this.chain = next.catch(() => undefined);
    return next;
  }

  insert(index: number, id: string): void {
    this.ids.splice(index, 0, id);
    if (this.ids.length <= index) {
      this.ids[index] = id;
    }
    this.count += 1;
    this.shift(index, 1);
  }

  removeAt(index: number): void {
    if (index < this.ids.length) {
      this.ids.splice(index, 1);
    }
    this.count -= 1;
    this.shift(index, -1);
  }

  replace(from: string, to: string): void {
    const index = this.indexOf(from);
    if (index >= 0) {
      this.ids[index] = to;
      this.places = undefined;
    }
  }

  private shift(index: number, by: number): void {
    this.places = undefined;
    const moved = new Map<number, string | undefined>([[0, undefined]]);
    for (const [at, cursor] of this.cursors) {
      if (at > 0) {
        moved.set(at > index ? at + by : at, cursor);
      }
    }
    this.cursors = moved;
  }

  private async loadNow(from: number, to: number): Promise<readonly WireRecord[]> {
    const start = await this.walk(from);
    const all: WireRecord[] = [];
    for (let at = start; at < to; ) {
      const page = await this.page(at, Math.min(mostIds, to - at), false);
      all.push(...page.records);
      at += page.records.length;
      if (page.nextCursor === undefined || page.records.length === 0) {
        break;
      }
    }
    return all;
  }

  /** Goes from the nearest known cursor to a place; answers the place reached. */
  private async walk(to: number): Promise<number> {
    let at = this.nearest(to);
    if (to - at > farAway && (await this.anchor())) {
      at = this.nearest(to);
    }
    while (at < to) {
      const page = await this.page(at, Math.min(mostIds, to - at), true);
      if (page.records.length === 0 || page.nextCursor === undefined) {
        return at;
      }
      at += page.records.length;
    }
    return at;
  }

  private nearest(to: number): number {
    let at = 0;
    for (const place of this.cursors.keys()) {
      if (place <= to && place > at) {
        at = place;
      }
    }
    return at;
  }

  /** Learns cursors all over the run, once. Walking goes on where that fails. */
  private async anchor(): Promise<boolean> {
    if (this.fetchAnchors === undefined || this.anchored) {
      return false;
    }
    this.anchored = true;
    const every = mostIds * Math.ceil(this.count / mostIds / mostAnchors);
    const found = await this.fetchAnchors(every).catch(() => undefined);
    if (found === undefined) {
      return false;
    }
    const local = this.locals();
    found.cursors.forEach((cursor, i) => {
      let place = (i + 1) * every;
      for (const index of local) {
        place += index < place ? 1 : 0;
      }
      this.cursors.set(place, cursor);
    });
    this.count = found.count + local.length;
    return true;
  }

  /** Places of records that only this page has. */
  private locals(): number[] {
    const places: number[] = [];
    this.ids.forEach((id, index) => {
      if (id !== undefined && isTemporary(id)) {
        places.push(index);
      }
    });
    return places;
  }

  private async page(at: number, limit: number, idsOnly: boolean): Promise<RecordPage> {
    const page = await this.fetch({ cursor: this.cursors.get(at), limit, idsOnly });
    page.records.forEach((record, i) => {
      this.ids[at + i] = record.id;
    });
    this.places = undefined;
    const end = at + page.records.length;
    if (page.nextCursor === undefined) {
      // Records that only this page has stand after the last one.
      const local = this.ids.slice(end).filter((id) => id !== undefined && isTemporary(id));
      this.ids.length = Math.min(this.ids.length, end);
      this.ids.push(...local);
      this.count = end + local.length;
    } else {
      this.cursors.set(end, page.nextCursor);
      this.count = Math.max(this.count, end + 1);
    }
    return page;
  }
}

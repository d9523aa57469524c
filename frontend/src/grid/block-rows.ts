/** A source whose rows arrive in blocks; blocks not seen for long are forgotten. */
import type { GridGroup, GridRow, RowSource, SourceChange } from "./types";

export const blockSize = 200;
const mostBlocks = 50;

export interface BlockRowsInput {
  readonly count: number;
  readonly groups?: readonly GridGroup[] | undefined;
  /** Loads rows [from, to). A failed block is asked for again when it is next on screen. */
  readonly load: (from: number, to: number) => Promise<readonly GridRow[]>;
  /** How many blocks are kept; 50 if absent. */
  readonly keep?: number | undefined;
}

export class BlockRows implements RowSource {
  count: number;
  groups: readonly GridGroup[] | undefined;
  /** In order of use, the oldest first. */
  private readonly blocks = new Map<number, GridRow[]>();
  private readonly loading = new Map<number, Promise<void>>();
  private readonly numbers = new Map<string, number>();
  private readonly listeners = new Set<(change: SourceChange) => void>();
  private pinned = { first: 0, last: -1 };
  private readonly input: BlockRowsInput;

  constructor(input: BlockRowsInput) {
    this.input = input;
    this.count = input.count;
    this.groups = input.groups;
  }

  row(index: number): GridRow | undefined {
    return this.blocks.get(Math.floor(index / blockSize))?.[index % blockSize];
  }

  want(from: number, to: number): void {
    if (from >= to) {
      return;
    }
    const first = Math.floor(from / blockSize);
    const last = Math.floor((to - 1) / blockSize);
    this.pinned = { first, last };
    for (let block = first; block <= last; block++) {
      this.touch(block);
      void this.fetch(block).catch(() => undefined);
    }
  }

  async load(from: number, to: number): Promise<void> {
    const all: Promise<void>[] = [];
    for (let block = Math.floor(from / blockSize); block * blockSize < Math.min(to, this.count); block++) {
      all.push(this.fetch(block));
    }
    await Promise.all(all);
  }

  indexOf(id: string): number {
    return this.numbers.get(id) ?? -1;
  }

  subscribe(listener: (change: SourceChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Puts new values into loaded rows, by record id; tells the grid once. */
  patch(changes: ReadonlyMap<string, Readonly<Record<string, unknown>>>): void {
    for (const [id, fields] of changes) {
      const index = this.numbers.get(id);
      const row = index === undefined ? undefined : this.row(index);
      const block = index === undefined ? undefined : this.blocks.get(Math.floor(index / blockSize));
      if (row !== undefined && block !== undefined && index !== undefined) {
        block[index % blockSize] = { ...row, fields: { ...row.fields, ...fields } };
      }
    }
    this.tell("rows");
  }

  /** The rows or their order are others now: everything is loaded again. */
  reset(count: number, groups?: readonly GridGroup[]): void {
    this.count = count;
    this.groups = groups;
    this.blocks.clear();
    this.loading.clear();
    this.numbers.clear();
    this.tell("structure");
  }

  /** Groups were collapsed, or their sums changed. */
  regroup(groups: readonly GridGroup[] | undefined): void {
    this.groups = groups;
    this.tell("structure");
  }

  private fetch(block: number): Promise<void> {
    if (this.blocks.has(block)) {
      return Promise.resolve();
    }
    const running = this.loading.get(block);
    if (running !== undefined) {
      return running;
    }
    const from = block * blockSize;
    const wait = this.input.load(from, Math.min(this.count, from + blockSize)).then(
      (rows) => {
        if (this.loading.get(block) === wait) {
          this.loading.delete(block);
          this.keep(block, rows);
        }
      },
      (error: unknown) => {
        this.loading.delete(block);
        throw error;
      },
    );
    this.loading.set(block, wait);
    return wait;
  }

  private keep(block: number, rows: readonly GridRow[]): void {
    this.blocks.set(block, [...rows]);
    for (const [i, row] of rows.entries()) {
      this.numbers.set(row.id, block * blockSize + i);
    }
    this.forgetOld();
    this.tell("rows");
  }

  private touch(block: number): void {
    const rows = this.blocks.get(block);
    if (rows !== undefined) {
      this.blocks.delete(block);
      this.blocks.set(block, rows);
    }
  }

  /** Blocks on screen stay, whatever their age; so do all while a copy waits for more. */
  private forgetOld(): void {
    const most = this.input.keep ?? mostBlocks;
    for (const [block, rows] of this.blocks) {
      if (this.blocks.size <= most || this.loading.size > most) {
        return;
      }
      if (block < this.pinned.first || block > this.pinned.last) {
        this.blocks.delete(block);
        for (const row of rows) {
          this.numbers.delete(row.id);
        }
      }
    }
  }

  private tell(change: SourceChange): void {
    for (const listener of [...this.listeners]) {
      listener(change);
    }
  }
}

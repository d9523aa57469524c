/** Reads group headings page by page, one page at a time. */
import { type Layout, moreGroups } from "./layout";

/** So many rows before the last one the next groups are read. */
const nearEnd = 200;

export class GroupReader {
  private busy = false;
  private readonly entity: string;

  constructor(entity: string) {
    this.entity = entity;
  }

  /** The layout with the next groups where those come near; itself otherwise. */
  async read(layout: Layout, to: number, count: number, collapsed: ReadonlySet<string>): Promise<Layout> {
    const isNear = to > count - nearEnd || layout.groups?.every(({ id }) => collapsed.has(id)) === true;
    if (this.busy || !isNear || layout.moreGroups === undefined) {
      return layout;
    }
    this.busy = true;
    try {
      return await moreGroups(this.entity, layout);
    } finally {
      this.busy = false;
    }
  }
}

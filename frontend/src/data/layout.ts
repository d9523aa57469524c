/** What a view shows at one time: one run of records, or one a group. */
import { ApiError } from "@/api/problem";
import type { GridGroup, SummaryText } from "@/grid/types";
import { Segment } from "./segment";
import { type AggregateGroup, type AggregatePage, type Metric, type RowQuery, wire } from "./wire";

/** How the page wants its groups; it knows the fields, this folder does not. */
export interface GroupPlan {
  /** Field by which rows are grouped. */
  readonly field: string;
  /** Order of the groups where they come in several pages. */
  readonly dir?: "asc" | "desc";
  readonly bucket?: string;
  /** Figures under each heading, by column key. */
  readonly metrics: readonly (Metric & { readonly key: string })[];
  /** The filter that holds for the records of a group. */
  filterOf(key: unknown): unknown;
  idOf(key: unknown): string;
  labelOf(key: unknown): GridGroup["label"];
  summaryOf(key: string, op: string, value: unknown): SummaryText | undefined;
  /** Order of the groups. */
  compare(a: unknown, b: unknown): number;
  /** What a new record of a group starts with. */
  valuesOf(key: unknown): Readonly<Record<string, unknown>>;
}

export interface ViewQuery extends RowQuery {
  readonly group?: GroupPlan;
}

export interface LayoutGroup {
  readonly id: string;
  readonly key: unknown;
  readonly segment: Segment;
  /** Figures under the heading; read again after changes. */
  metrics: readonly unknown[];
}

export interface Layout {
  readonly query: ViewQuery;
  readonly segments: readonly Segment[];
  readonly groups: readonly LayoutGroup[] | undefined;
  /** Leads to the groups after these; undefined: these are all. */
  readonly moreGroups?: string | undefined;
}

export function andFilters(...filters: readonly unknown[]): unknown {
  const there = filters.filter((filter) => filter !== undefined && filter !== null);
  return there.length > 1 ? { and: there } : there[0];
}

/** Pages that are read too fast wait as the server says. */
async function patient<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries > 5 || !(error instanceof ApiError) || error.status !== 429) {
        throw error;
      }
      await new Promise((done) => setTimeout(done, (error.retryAfter ?? 1) * 1000));
    }
  }
}

function segment(entity: string, query: RowQuery, count: number): Segment {
  const { filter, sort, search } = query;
  const order = { ...(sort && { sort }), ...(search && { search }) };
  return new Segment(
    count,
    ({ cursor, limit, idsOnly }) =>
      patient(() =>
        wire.query(entity, {
          filter,
          limit,
          ...order,
          ...(cursor !== undefined && { cursor }),
          ...(idsOnly && { fields: [] }),
        }),
      ),
    (every) => patient(() => wire.anchors(entity, { filter, ...order }, every)),
  );
}

/** Groups of one page; further ones are read when the last heading comes near. */
const groupPage = 500;

function figures(
  entity: string,
  query: ViewQuery,
  plan: GroupPlan,
  cursor: string | undefined,
): Promise<AggregatePage> {
  const { field, dir, bucket } = plan;
  return patient(() =>
    wire.aggregatePage(entity, {
      filter: query.filter,
      ...(query.search && { search: query.search }),
      groupBy: [{ field, dir, bucket }],
      metrics: [{ op: "count" }, ...plan.metrics.map(({ op, field }) => ({ op, ...(field && { field }) }))],
      limit: groupPage,
      ...(cursor !== undefined && { cursor }),
    }),
  );
}

/** Reads the figures under the headings again; the rows stay as they are. */
export async function refreshFigures(entity: string, layout: Layout): Promise<boolean> {
  const plan = layout.query.group;
  if (plan === undefined || plan.metrics.length === 0) {
    return false;
  }
  const known = new Map(layout.groups?.map((group) => [group.id, group]));
  let cursor: string | undefined;
  for (let read = 0; read < known.size; read += groupPage) {
    const page = await figures(entity, layout.query, plan, cursor);
    for (const { keys, metrics } of page.groups) {
      const group = known.get(plan.idOf(keys[0]));
      if (group !== undefined) {
        group.metrics = metrics.slice(1);
      }
    }
    cursor = page.nextCursor;
    if (cursor === undefined) {
      break;
    }
  }
  return true;
}

function groupsOf(
  entity: string,
  query: ViewQuery,
  plan: GroupPlan,
  found: readonly AggregateGroup[],
): LayoutGroup[] {
  return found.map(({ keys: [key], metrics: [count, ...rest] }) => ({
    id: plan.idOf(key),
    key,
    metrics: rest,
    segment: segment(
      entity,
      { ...query, filter: andFilters(query.filter, plan.filterOf(key)) },
      Number(count ?? 0),
    ),
  }));
}

function withGroups(query: ViewQuery, groups: LayoutGroup[], moreGroups: string | undefined): Layout {
  return { query, groups, segments: groups.map((group) => group.segment), moreGroups };
}

/** Groups that all fit on a page stand as the page wants them, many as the server has them. */
async function grouped(entity: string, query: ViewQuery, plan: GroupPlan): Promise<Layout> {
  const { groups, nextCursor } = await figures(entity, query, plan, undefined);
  const sorted =
    nextCursor === undefined ? [...groups].sort((a, b) => plan.compare(a.keys[0], b.keys[0])) : groups;
  return withGroups(query, groupsOf(entity, query, plan, sorted), nextCursor);
}

/** The layout with the next page of groups; itself where there are no more. */
export async function moreGroups(entity: string, layout: Layout): Promise<Layout> {
  const plan = layout.query.group;
  if (plan === undefined || layout.groups === undefined || layout.moreGroups === undefined) {
    return layout;
  }
  const { groups, nextCursor } = await figures(entity, layout.query, plan, layout.moreGroups);
  const known = new Set(layout.groups.map((group) => group.id));
  const fresh = groupsOf(entity, layout.query, plan, groups).filter(({ id }) => !known.has(id));
  return withGroups(layout.query, [...layout.groups, ...fresh], nextCursor);
}

/** Asks how many records there are, group by group; flat layouts load their first rows as well. */
export async function loadLayout(entity: string, query: ViewQuery): Promise<Layout> {
  if (query.group !== undefined) {
    return grouped(entity, query, query.group);
  }
  const { count } = await wire.query(entity, {
    filter: query.filter,
    ...(query.search && { search: query.search }),
    fields: [],
    limit: 1,
    count: "exact",
  });
  return { query, groups: undefined, segments: [segment(entity, query, count ?? 0)] };
}

/** The headings as the grid draws them. */
export function headings(layout: Layout, collapsed: ReadonlySet<string>): GridGroup[] | undefined {
  const plan = layout.query.group;
  if (plan === undefined || layout.groups === undefined) {
    return undefined;
  }
  return layout.groups.map(({ id, key, segment: { count }, metrics }) => {
    const summaries: Record<string, SummaryText> = {};
    plan.metrics.forEach((metric, i) => {
      const text = plan.summaryOf(metric.key, metric.op, metrics[i]);
      if (text !== undefined) {
        summaries[metric.key] = text;
      }
    });
    return { key: id, level: 0, count, label: plan.labelOf(key), collapsed: collapsed.has(id), summaries };
  });
}

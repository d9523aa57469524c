import { useQuery } from "@tanstack/react-query";
import type { Field } from "@/api/types";
import { andFilters } from "@/data/layout";
import { wire } from "@/data/wire";
import type { SummaryText } from "@/grid/types";
import { summaryText } from "./summary-text";
import type { ShownField } from "./view-model";

export interface Figures {
  /** Records that pass filter and search. */
  readonly count: number;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Wanted {
  readonly field: Field;
  readonly op: string;
}

async function ticked(
  entity: string,
  filter: unknown,
  search: string,
  { field, op }: Wanted,
): Promise<number> {
  const own = { field: field.id, op: op === "checked" ? "eq" : "ne", value: true };
  const [group] = await wire.aggregate(entity, {
    filter: andFilters(filter, own),
    ...(search && { search }),
    metrics: [{ op: "count" }],
  });
  return Number(group?.metrics[0] ?? 0);
}

async function load(
  entity: string,
  filter: unknown,
  search: string,
  wanted: readonly Wanted[],
): Promise<Figures> {
  const boxes = wanted.filter((one) => one.op === "checked" || one.op === "unchecked");
  const rest = wanted.filter((one) => !boxes.includes(one)).slice(0, 19);
  const [group] = await wire.aggregate(entity, {
    filter,
    ...(search && { search }),
    metrics: [
      { op: "count" },
      ...rest.map(({ field, op }) => ({ op: op === "empty" ? "filled" : op, field: field.id })),
    ],
  });
  const values: Record<string, unknown> = {};
  rest.forEach(({ field }, i) => {
    values[field.key] = group?.metrics[i + 1];
  });
  await Promise.all(
    boxes.map(async (one) => {
      values[one.field.key] = await ticked(entity, filter, search, one);
    }),
  );
  return { count: Number(group?.metrics[0] ?? 0), values };
}

export interface SummaryInput {
  readonly entity: string;
  readonly filter: unknown;
  readonly search: string;
  readonly fields: readonly ShownField[];
  /** Rises when records changed. */
  readonly tick: number;
}

/** The figures under the columns, and how many records there are without the filter. */
export function useSummaries({ entity, filter, search, fields, tick }: SummaryInput) {
  const wanted = fields.flatMap(({ field, hidden, summary }) =>
    hidden || summary === undefined || summary === "none" ? [] : [{ field, op: summary }],
  );
  const names = wanted.map(({ field, op }) => `${field.id}:${op}`);
  const { data } = useQuery({
    queryKey: ["figures", entity, filter ?? null, search, names, tick],
    queryFn: () => load(entity, filter, search, wanted),
    enabled: wanted.length > 0,
    placeholderData: (old) => old,
    gcTime: 10_000,
  });
  const narrowed = (filter !== undefined && filter !== null) || search !== "";
  const { data: total } = useQuery({
    queryKey: ["figures", entity, "total", tick],
    queryFn: async () => (await load(entity, undefined, "", [])).count,
    enabled: narrowed,
    placeholderData: (old) => old,
    gcTime: 10_000,
  });
  const texts: Record<string, SummaryText> = {};
  for (const { field, op } of wanted) {
    const text = data && summaryText(field, op, data.values[field.key], data.count);
    if (text !== undefined) {
      texts[field.key] = text;
    }
  }
  return { texts, total: narrowed ? total : undefined };
}

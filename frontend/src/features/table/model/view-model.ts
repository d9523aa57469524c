/** A view with the changes that are not saved yet. */
import type { Entity, Field, SortKey, View, ViewField } from "@/api/types";
import { sameValue } from "@/data/input";
import { filterFields } from "@/fields/filter/model";
import { isComputed, shownField, typeOf } from "@/fields/registry";

export interface ViewDraft {
  readonly filter: unknown;
  readonly sort: readonly SortKey[];
  readonly group: readonly SortKey[];
  readonly fields: readonly ViewField[];
  readonly rowHeight: number;
  readonly frozen: number;
}

export const rowHeights = [32, 36, 56, 88] as const;

export function draftOf(view: View | undefined): ViewDraft {
  const options = view?.options ?? {};
  return {
    filter: view?.filter ?? undefined,
    sort: view?.sort ?? [],
    group: view?.group ?? [],
    fields: view?.fields ?? [],
    rowHeight: typeof options.rowHeight === "number" ? options.rowHeight : 36,
    frozen: typeof options.frozen === "number" ? options.frozen : 1,
  };
}

export function isDirty(draft: ViewDraft, view: View | undefined): boolean {
  const saved = draftOf(view);
  return (Object.keys(saved) as (keyof ViewDraft)[]).some((key) => !sameValue(draft[key], saved[key]));
}

/** A draft in the form in which the API keeps it. */
export function viewInput(draft: ViewDraft, view: View | undefined) {
  const { filter, sort, group, fields, rowHeight, frozen } = draft;
  return { filter: filter ?? null, sort, group, fields, options: { ...view?.options, rowHeight, frozen } };
}

export interface ShownField {
  readonly field: Field;
  readonly hidden: boolean;
  readonly width: number;
  readonly summary: string | undefined;
}

const widths: Readonly<Record<string, number>> = {
  longText: 240,
  email: 190,
  phone: 150,
  url: 200,
  number: 120,
  currency: 132,
  decimal: 132,
  percent: 150,
  rating: 124,
  checkbox: 88,
  date: 120,
  dateTime: 152,
  singleSelect: 120,
  multiSelect: 184,
  user: 124,
  autoNumber: 160,
  createdTime: 152,
  updatedTime: 152,
  createdBy: 120,
  updatedBy: 120,
  attachment: 170,
  link: 170,
  duration: 112,
  time: 96,
  year: 88,
  progress: 150,
  status: 124,
  cascader: 210,
  signature: 110,
  idCard: 190,
};

/** All fields in the order of the view, the naming field first; new ones come last. */
export function shownFields(entity: Entity, draft: ViewDraft): ShownField[] {
  const settings = new Map(draft.fields.map((one) => [one.field, one]));
  const order = new Map(draft.fields.map((one, index) => [one.field, index]));
  const rank = (field: Field) => (field.id === entity.title ? -1 : (order.get(field.id) ?? order.size));
  return entity.fields
    .filter((field) => typeOf(field).family !== "layout")
    .map((field, index) => ({ field, index }))
    .sort((a, b) => rank(a.field) - rank(b.field) || a.index - b.index)
    .map(({ field }) => {
      const own = settings.get(field.id);
      const title = field.id === entity.title;
      return {
        field,
        hidden: !title && own?.hidden === true,
        width: own?.width ?? (title ? 232 : (widths[shownField(field).type] ?? 180)),
        summary: own?.summary,
      };
    });
}

/** The view's field list with one entry changed; every field gets an entry, so that the order is kept. */
export function withField(
  entity: Entity,
  draft: ViewDraft,
  id: string,
  change: Partial<Omit<ViewField, "field">>,
): ViewField[] {
  return listed(shownFields(entity, draft), draft).map((one) =>
    one.field === id ? { ...one, ...change } : one,
  );
}

function listed(shown: readonly ShownField[], draft: ViewDraft): ViewField[] {
  return shown.map(({ field }) => draft.fields.find((one) => one.field === field.id) ?? { field: field.id });
}

/** A field moved to stand at a place among the visible ones. */
export function moveField(entity: Entity, draft: ViewDraft, id: string, to: number): ViewField[] {
  const shown = shownFields(entity, draft);
  const target = shown.filter((one) => !one.hidden)[to];
  const list = listed(shown, draft);
  const from = list.findIndex((one) => one.field === id);
  const at = list.findIndex((one) => one.field === target?.field.id);
  const [moved] = list.splice(from, 1);
  if (moved !== undefined) {
    list.splice(at < 0 ? list.length : at, 0, moved);
  }
  return list;
}

/** Keys of the fields on which it depends which rows are shown, and where. */
export function sensitiveKeys(entity: Entity, draft: ViewDraft, search: string): Set<string> {
  const ids = new Set([
    ...filterFields(draft.filter),
    ...draft.sort.map((one) => one.field),
    ...draft.group.map((one) => one.field),
  ]);
  return new Set(
    entity.fields
      .filter((field) => search !== "" || ids.has(field.id) || ids.has(field.key))
      .map((field) => field.key),
  );
}

/** Keys without which a record cannot be made: nothing fills them but people. */
export function requiredKeys(entity: Entity): string[] {
  return entity.fields
    .filter((field) => field.required === true && field.right === "write" && !isComputed(field))
    .filter((field) => field.default === undefined || field.default === null)
    .map((field) => field.key);
}

/** Parts of the page that are not needed to see the grid; they are fetched once it stands. */
import { lazy } from "react";
import { withTypes } from "@/fields/registry";
import { withTexts } from "@/lib/i18n";

type Paste = typeof import("./paste-files").pasteFiles;

const load = {
  cell: () => import("@/fields/cell-editor"),
  paste: () => import("./paste-files"),
  field: withTypes(withTexts(() => import("./field/field-popover"), "design", "model")),
  column: () => import("./field/column-menu"),
  phone: withTexts(() => import("./phone/phone-table"), "design"),
  filter: withTexts(() => import("@/fields/filter/builder"), "design"),
  empty: () => import("./parts/empty-table"),
  row: () => import("./parts/row-menu"),
  summary: () => import("./parts/summary-menu"),
  more: () => import("./parts/more-menu"),
  rules: withTypes(withTexts(() => import("./rules/rules-panel"), "model")),
  updating: withTexts(() => import("./parts/updating"), "model"),
  keys: withTexts(() => import("./parts/key-list"), "design"),
  fields: () => import("./parts/fields-list"),
  sort: () => import("./parts/sort-list"),
  asks: () => import("./parts/view-asks"),
  views: () => import("./parts/view-list"),
  bulk: () => import("./parts/bulk-bar"),
};

export const CellEditor = lazy(async () => ({ default: (await load.cell()).CellEditor }));
export const FieldPopover = lazy(async () => ({ default: (await load.field()).FieldPopover }));
export const ColumnMenu = lazy(async () => ({ default: (await load.column()).ColumnMenu }));
export const PhoneTable = lazy(async () => ({ default: (await load.phone()).PhoneTable }));
export const EmptyTable = lazy(async () => ({ default: (await load.empty()).EmptyTable }));
export const RowMenu = lazy(async () => ({ default: (await load.row()).RowMenu }));
export const SummaryMenu = lazy(async () => ({ default: (await load.summary()).SummaryMenu }));
export const MoreMenu = lazy(async () => ({ default: (await load.more()).MoreMenu }));
export const RulesPanel = lazy(async () => ({ default: (await load.rules()).RulesPanel }));
export const Updating = lazy(async () => ({ default: (await load.updating()).Updating }));
export const KeyList = lazy(async () => ({ default: (await load.keys()).KeyList }));

export const FilterBuilder = lazy(async () => ({ default: (await load.filter()).FilterBuilder }));
export const FieldsList = lazy(async () => ({ default: (await load.fields()).FieldsList }));
export const SortList = lazy(async () => ({ default: (await load.sort()).SortList }));

export const ViewAsks = lazy(async () => ({ default: (await load.asks()).ViewAsks }));
export const ViewList = lazy(async () => ({ default: (await load.views()).ViewList }));
export const BulkBar = lazy(async () => ({ default: (await load.bulk()).BulkBar }));

/** Adds files of the clipboard to a cell. */
export const pasteFiles: Paste = async (...to) => (await load.paste()).pasteFiles(...to);

let fetched = false;

/** Fetches them while nothing else is to do, so that they open at once. */
export function fetchParts(): void {
  if (!fetched) {
    fetched = true;
    setTimeout(() => {
      for (const part of [
        load.cell,
        load.column,
        load.filter,
        load.field,
        load.fields,
        load.sort,
        load.row,
        load.summary,
        load.asks,
        load.bulk,
      ]) {
        // A part that did not come is fetched when it is opened.
        part().catch(() => undefined);
      }
    }, 1200);
  }
}

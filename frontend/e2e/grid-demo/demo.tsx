/** A page for looking at the grid and for its browser tests; not part of the product's build. */
import { useState } from "react";
import { createRoot } from "react-dom/client";
import "@/ui/font.css";
import "@/ui/palette.css";
import "@/ui/tokens.css";
import "./demo.css";
import { BlockRows } from "@/grid/block-rows";
import { DataGrid } from "@/grid/data-grid";
import type { EditBatch, EditorSession } from "@/grid/edit-types";
import type { GridApi, GridOptions, GridText, PresenceMark } from "@/grid/types";
import { salesColumns, salesGroups, salesRow, stageOfRow } from "./sales";

interface DemoWindow {
  demo?: { api: GridApi | null; rows: BlockRows; batches: EditBatch[]; log: [string, ...unknown[]][] };
  session?: EditorSession | undefined;
}

const query = new URLSearchParams(location.search);
const grouped = query.has("groups");
const count = grouped ? 14 : Number(query.get("rows") ?? 100_000);
const delay = Number(query.get("delay") ?? 0);
if (query.has("dark")) {
  document.documentElement.dataset.theme = "dark";
}

const words: GridText = {
  cellEditor: "单元格",
  grid: "商机",
  addRow: "新建",
  yes: "是",
  no: "否",
  addTo: (group) => `新建到「${group}」`,
  groupCount: (n) => `${n} 条`,
  cell: (column, value, row) => `${column} ${value} 第 ${row} 行`,
  selected: (rows, columns) => `已选 ${rows} 行 ${columns} 列`,
  editing: (name) => `${name} 正在编辑`,
};

const presence: PresenceMark[] = [
  { userId: "usr_q7", name: "李强", color: "#e8590c", rowId: "rec_5", key: "owner" },
  { userId: "usr_k7", name: "王敏", color: "#0f9d8a", rowId: "rec_8", key: "win", editing: true },
];

const rows = new BlockRows({
  count,
  groups: grouped ? salesGroups(new Set()) : undefined,
  keep: 1000,
  load: async (from, to) => {
    if (delay > 0) {
      await new Promise((done) => setTimeout(done, delay));
    }
    return Array.from({ length: to - from }, (_, i) =>
      salesRow(from + i, grouped ? stageOfRow(from + i) : undefined),
    );
  },
});

const batches: EditBatch[] = [];
const log: [string, ...unknown[]][] = [];
const w = window as unknown as DemoWindow;
w.demo = { api: null, rows, batches, log };

/** Applies a batch as a page would, before anything is sent. */
function apply(batch: EditBatch): void {
  batches.push(batch);
  const changes = new Map<string, Record<string, unknown>>();
  for (const { rowId, key, value } of batch.edits) {
    const fields = changes.get(rowId) ?? {};
    fields[key] = value;
    changes.set(rowId, fields);
  }
  rows.patch(changes);
}

const note =
  (name: string) =>
  (...values: unknown[]) => {
    log.push([name, ...values]);
  };

function Demo() {
  const [columns, setColumns] = useState(salesColumns);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const options: GridOptions = {
    source: rows,
    columns: columns.map((c) => ({ ...c, ...summaries[c.key] })),
    frozen: Number(query.get("frozen") ?? 1),
    rowHeight: Number(query.get("height") ?? 36),
    text: words,
    locale: "zh-CN",
    today: "2026-11-25",
    canAddRow: true,
    canAddColumn: true,
    presence: query.has("bare") ? undefined : presence,
    openRowId: query.get("open") ?? undefined,
    footer: [
      { label: "共", value: count.toLocaleString("zh-CN"), suffix: "条" },
      { label: "已筛选", value: String(Math.min(14, count)), suffix: "条" },
    ],
    onEdit: apply,
    onOpenEditor: (session) => {
      w.session = session;
      return query.has("popover");
    },
    onColumnMove: (key, to) => {
      setColumns((before) => {
        const rest = before.filter((c) => c.key !== key);
        const moved = before.find((c) => c.key === key);
        return moved === undefined ? before : [...rest.slice(0, to), moved, ...rest.slice(to)];
      });
    },
    onColumnResize: (key, width) => {
      setColumns((before) => before.map((c) => (c.key === key ? { ...c, width } : c)));
    },
    onToggleGroup: (key, shut) => {
      const next = new Set(collapsed);
      if (shut) {
        next.add(key);
      } else {
        next.delete(key);
      }
      setCollapsed(next);
      rows.regroup(salesGroups(next));
    },
    onOpenRecord: note("open"),
    onAddRow: note("add"),
    onAddColumn: note("addColumn"),
    onColumnMenu: note("columnMenu"),
    onRowMenu: note("rowMenu"),
    onUndo: note("undo"),
    onRedo: note("redo"),
    onCheck: note("check"),
    onSelect: note("select"),
    onCellAction: note("action"),
    onNotice: note("notice"),
  };
  return (
    <DataGrid
      {...options}
      ref={(api) => {
        if (w.demo !== undefined) {
          w.demo.api = api;
        }
      }}
    />
  );
}

const summaries: Readonly<Record<string, { summary: { label: string; value: string } }>> = {
  amount: { summary: { label: "求和", value: "¥7,393,300" } },
  close: { summary: { label: "最早", value: "11-20" } },
  win: { summary: { label: "平均", value: "37%" } },
};

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(<Demo />);
}

/** Rows like those of the product's first app, made up from a row's number. */
import type { GridColumn, GridGroup, GridRow, Parsed } from "@/grid/types";

const people = ["王敏", "李强", "陈思远", "周雨桐", "赵一鸣"].map((name, i) => ({
  id: `usr_${"kqmbt"[i]}7`,
  name,
}));
const stages = [
  { id: "opt_1", name: "商务谈判", color: "amber" },
  { id: "opt_2", name: "方案报价", color: "violet" },
  { id: "opt_3", name: "需求确认", color: "teal" },
];
const tags = [
  { id: "opt_1", name: "VIP", color: "violet" },
  { id: "opt_2", name: "复购", color: "green" },
  { id: "opt_3", name: "招投标", color: "orange" },
  { id: "opt_4", name: "重点", color: "red" },
  { id: "opt_5", name: "渠道", color: "cyan" },
  { id: "opt_6", name: "直销", color: "blue" },
  { id: "opt_7", name: "试用", color: "lime" },
];
const firms = [
  "华信科技",
  "博远医疗",
  "鼎盛建工",
  "金桥物流",
  "天成零售",
  "恒通制造",
  "嘉和教育",
  "联创能源",
];
const projects = [
  "年度云服务续约",
  "影像归档系统",
  "项目管理平台",
  "运单协同",
  "门店巡检",
  "设备点检 + 备件",
];

const text = (value: string): Parsed => ({ value });
const numeric = (value: string): Parsed | undefined => {
  const n = Number(value.normalize("NFKC").replaceAll(/[,¥\s]/gu, ""));
  return Number.isNaN(n) ? undefined : { value: n };
};
const money = (value: string): Parsed | undefined => {
  const parsed = numeric(value);
  return parsed && { value: Number(parsed.value).toFixed(2) };
};
const percent = (value: string): Parsed | undefined => {
  const parsed = numeric(value.replace("%", ""));
  return parsed && { value: value.includes("%") ? Number(parsed.value) / 100 : parsed.value };
};
const option = (list: readonly { name: string }[]) => (value: string) => {
  const found = list.find((o) => o.name === value);
  return found && { value: found };
};

export const salesColumns: readonly GridColumn[] = [
  { key: "name", title: "商机名称", type: "text", width: 232, parse: text, required: true },
  { key: "stage", title: "阶段", type: "singleSelect", width: 112, parse: option(stages) },
  {
    key: "amount",
    title: "预计金额",
    type: "currency",
    width: 132,
    parse: money,
    options: { currency: "CNY" },
  },
  { key: "owner", title: "负责人", type: "user", width: 116, parse: option(people) },
  {
    key: "close",
    title: "预计成交",
    type: "date",
    width: 120,
    sort: "asc",
    options: { overdue: true },
    parse: text,
  },
  { key: "win", title: "赢率", type: "percent", width: 150, options: { bar: true }, parse: percent },
  { key: "tags", title: "标签", type: "multiSelect", width: 184 },
  { key: "customer", title: "关联客户", type: "link", width: 132, options: { chipIcon: "building" } },
  { key: "rank", title: "优先级", type: "rating", width: 110 },
  { key: "done", title: "已签约", type: "checkbox", width: 90 },
  { key: "note", title: "背景说明", type: "longText", width: 220, parse: text, filtered: true },
  { key: "site", title: "网址", type: "url", width: 160, parse: text },
  { key: "mail", title: "邮箱", type: "email", width: 170, parse: text },
  { key: "phone", title: "电话", type: "phone", width: 140, parse: text },
  { key: "files", title: "附件", type: "attachment", width: 180 },
  { key: "count", title: "数量", type: "number", width: 110, parse: numeric, options: { unit: "件" } },
  { key: "no", title: "编号", type: "autoNumber", width: 150 },
  {
    key: "created",
    title: "创建时间",
    type: "createdTime",
    width: 150,
    options: { timeZone: "Asia/Shanghai" },
  },
  { key: "by", title: "创建人", type: "createdBy", width: 116 },
  ...Array.from({ length: 11 }, (_, i) => ({
    key: `text${i}`,
    title: `说明 ${i + 1}`,
    type: i % 3 === 0 ? "number" : "text",
    width: 140,
    parse: i % 3 === 0 ? numeric : text,
  })),
];

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];

export function salesRow(i: number, stage = i): GridRow {
  const fields: Record<string, unknown> = {
    name: `${pick(firms, i)} · ${pick(projects, i * 7)}`,
    stage: pick(stages, stage),
    amount: String(((i * 7919) % 2_000_000) + 100_000),
    owner: [pick(people, i)],
    close: i % 9 === 2 ? "2026-11-20" : `2026-12-${String((i % 28) + 1).padStart(2, "0")}`,
    win: ((i * 13) % 19) / 20,
    tags: tags.slice(i % 5, (i % 5) + 1 + (i % 3)),
    customer: [{ id: `rec_${i}`, name: pick(firms, i) }],
    rank: (i % 5) + 1,
    done: i % 3 === 0,
    note: `三甲医院影像科扩容，现有系统 2027 年 3 月到期。竞品为两家本地厂商，采购委员会 12 月 ${(i % 28) + 1} 日答辩。`,
    site: "https://example.com/tender",
    mail: `buyer${i}@example.com`,
    phone: "+86 138 0013 8000",
    files: [{ id: `fil_${i}`, name: "技术方案 v3.pdf", type: "application/pdf" }],
    count: (i * 37) % 1000,
    no: `OPP-20261018-${String(i + 1).padStart(4, "0")}`,
    created: "2026-10-18T02:42:00Z",
    by: [pick(people, i + 1)],
  };
  for (let n = 0; n < 11; n++) {
    fields[`text${n}`] = n % 3 === 0 ? (i * (n + 3)) % 5000 : `第 ${i + 1} 行，第 ${n + 1} 列`;
  }
  return { id: `rec_${i}`, fields };
}

/** Three groups over 14 rows, with sums. */
export function salesGroups(collapsed: ReadonlySet<string>): GridGroup[] {
  const sums = ["¥3,286,000.00", "¥2,174,500.00", "¥1,932,800.00"];
  const shares = ["68%", "39%", "20%"];
  return stages.map((stage, i) => ({
    key: stage.id,
    level: 0,
    count: [3, 5, 6][i] ?? 0,
    label: { text: stage.name, kind: "pill", color: stage.color },
    collapsed: collapsed.has(stage.id),
    summaries: { amount: { value: sums[i] ?? "" }, win: { label: "平均", value: shares[i] ?? "" } },
  }));
}

export const stageOfRow = (i: number): number => [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2][i] ?? i;

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Calendar } from "./core/calendar";
import { dayText } from "./core/clock";
import { textOf } from "./core/convert";
import { fixed, parseDecimal } from "./core/decimal";
import { FormulaError } from "./core/errors";
import { functionList } from "./core/functions";
import { lazies } from "./core/lazies";
import type { Names } from "./core/parse";
import { compile, evaluate, printStored, tryCompile } from "./core/program";
import { type Env, emptyRow, type Row } from "./core/run";
import {
  blank,
  bool,
  date,
  dateTime,
  decimal,
  failed,
  type Kind,
  list,
  number,
  type Type,
  text,
  typeOf,
  type Value,
} from "./core/value";
import { functions } from "./fn/all";
import { loadPinyin } from "./fn/pinyin";

interface Typed {
  t: string;
  v?: unknown;
  scale?: number;
  of?: string;
  list?: Typed[];
  computed?: boolean;
}

interface EnvJson {
  now?: string;
  zone?: string;
  locale?: string;
  weekStart?: number;
  me?: string;
  record?: number;
  created?: string;
  updated?: string;
  calendars?: Record<string, Partial<Calendar>>;
  rates?: Record<string, string>;
  regions?: Record<string, string>;
  changed?: Record<string, string>;
}

interface Case {
  f: string;
  row?: Record<string, Typed>;
  env?: EnvJson;
  want?: Typed;
  error?: string;
  pos?: number;
}

const folder = join(import.meta.dirname, "../../../schema/formula/testdata");

function envOf(e: EnvJson = {}): Env {
  return {
    now: Date.parse(e.now ?? "2026-03-15T02:30:00Z"),
    zone: e.zone || "Asia/Shanghai",
    locale: e.locale || "zh-CN",
    weekStart: e.weekStart ?? 1,
    me: e.me ? text(e.me) : blank,
    calendar: (name) => {
      const c = e.calendars?.[name];
      return c ? { zone: c.zone || "Asia/Shanghai", hours: c.hours ?? [], days: c.days ?? {} } : undefined;
    },
    rate: (from, to, day) => e.rates?.[`${from}/${to}@${day}`] ?? e.rates?.[`${from}/${to}`],
    region: (code) => e.regions?.[code],
  };
}

function cellOf(t: Typed): Value {
  const s = String(t.v ?? "");
  switch (t.t) {
    case "text":
      return text(s);
    case "number":
      return number(Number(t.v ?? 0));
    case "decimal": {
      const d = parseDecimal(s);
      return d ? decimal(d.d, d.scale) : blank;
    }
    case "bool":
      return bool(t.v === true);
    case "date":
      return date(Date.parse(s));
    case "dateTime":
      return dateTime(Date.parse(s));
    case "error":
      return failed(s as "#NUM!");
    case "list":
      return list((t.list ?? []).map(cellOf));
    default:
      return blank;
  }
}

function typeIn(t: Typed): Type {
  if (t.t === "list" || t.t === "blank") {
    return typeOf((t.of ?? "any") as Kind, t.scale ?? 0, t.t === "list");
  }
  const scale = t.t === "decimal" ? (String(t.v).split(".")[1] ?? "").length : 0;
  return typeOf(t.t === "error" ? "any" : (t.t as Kind), scale);
}

function typedOf(v: Value): Typed {
  switch (v.kind) {
    case "list":
      return { t: "list", list: v.list.map(typedOf) };
    case "any":
      return { t: "blank" };
    case "number":
      return { t: "number", v: v.n };
    case "bool":
      return { t: "bool", v: v.n !== 0 };
    case "decimal":
      return { t: "decimal", v: fixed(v.d, v.scale) };
    case "date":
      return { t: "date", v: dayText(v.n) };
    case "dateTime": {
      const iso = new Date(v.n).toISOString().replace(/^\+0+(\d{4})-/, "$1-");
      return { t: "dateTime", v: iso.replace(".000Z", "Z") };
    }
    default:
      return { t: v.kind, v: v.s };
  }
}

function alike(a: Typed, b: Typed): boolean {
  const [x, y] = [a.list ?? [], b.list ?? []];
  if (a.t !== b.t || x.length !== y.length || !x.every((e, i) => alike(e, y[i] ?? { t: "" }))) {
    return false;
  }
  if (typeof a.v === "number" && typeof b.v === "number") {
    return Math.abs(a.v - b.v) <= 1e-12 * Math.max(1, Math.abs(a.v));
  }
  const plain = (v: unknown, t: string) => v ?? { text: "", number: 0, bool: false }[t];
  return plain(a.v, a.t) === plain(b.v, b.t);
}

function namesOf(row: Record<string, Typed>): Names {
  const keys = Object.keys(row);
  const id = (i: number) => `fld_${(i + 1).toString(36)}`;
  return {
    find: (name) => {
      const i = keys.findIndex((key, at) => key === name || id(at) === name);
      const found = row[keys[i] ?? ""];
      return found ? { id: id(i), type: typeIn(found) } : undefined;
    },
    name: (field) => keys.find((_, i) => id(i) === field),
    all: () => keys,
    edited: (field) => row[keys.find((_, i) => id(i) === field) ?? ""]?.computed !== true,
  };
}

function rowOf(c: Case): Row {
  const values = Object.values(c.row ?? {}).map(cellOf);
  return {
    value: (field) => values[Number.parseInt(field.slice(4), 36) - 1] ?? blank,
    id: `rec_${(c.env?.record || 1).toString(36)}`,
    createdAt: c.env?.created ? Date.parse(c.env.created) : 0,
    updatedAt: c.env?.updated ? Date.parse(c.env.updated) : 0,
    changedAt: (field) => {
      const at = c.env?.changed?.[Object.keys(c.row ?? {})[Number.parseInt(field.slice(4), 36) - 1] ?? ""];
      return at ? Date.parse(at) : 0;
    },
  };
}

/** What is wrong with a case, or nothing. */
function wrong(c: Case): string | undefined {
  const names = namesOf(c.row ?? {});
  const program = tryCompile(c.f, names);
  if (program instanceof FormulaError) {
    const same = c.error === program.code && (c.pos === undefined || c.pos === program.pos);
    return same ? undefined : `${program.message}; wanted ${c.error} at ${c.pos} ${JSON.stringify(c.want)}`;
  }
  const got = typedOf(evaluate(program, envOf(c.env), rowOf(c)));
  if (c.error || !c.want || !alike(c.want, got)) {
    return `got ${JSON.stringify(got)}; wanted ${JSON.stringify(c.want)} ${c.error ?? ""}`;
  }
  const again = compile(printStored(program.stored, names), names);
  return again.stored === program.stored ? undefined : `stored ${program.stored}, printed ${again.stored}`;
}

beforeAll(loadPinyin);

describe("the corpus of the formula language", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  const casesOf = (name: string) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as Case);

  it("is there", () => {
    expect(files.flatMap(casesOf).length).toBeGreaterThanOrEqual(1427);
  });

  it.each(files)("holds in %s", (name) => {
    const bad = casesOf(name).flatMap((c, i) => {
      const found = wrong(c);
      return found ? [`${name}:${i + 1} ${c.f}: ${found}`] : [];
    });
    expect(bad).toEqual([]);
  });
});

describe("the functions", () => {
  const day = [
    { from: 540, to: 720 },
    { from: 780, to: 1080 },
  ];
  const env = envOf({ calendars: { standard: { hours: [null, day, day, day, day, day, null] } } });

  it("are all there, and no others", () => {
    const known = [...Object.keys(functions), ...Object.keys(lazies)].sort();
    expect(known).toEqual(functionList.map((f) => f.name).sort());
  });

  it("give what their examples say", () => {
    const bad = functionList.flatMap((f) =>
      f.examples.flatMap((x) => {
        const got = textOf(evaluate(compile(x.formula), env, emptyRow), "UTC");
        return got === x.result ? [] : [`${x.formula} = ${got}, not ${x.result}`];
      }),
    );
    expect(bad).toEqual([]);
  });
});

/** The builder's rules, evaluated while a form is being filled in. The server asks them again. */
import type { Field } from "@/api/types";
import { locale } from "@/lib/i18n";
import { namesOf, type RecordValues, rowOf } from "./adapt";
import { FormulaError } from "./core/errors";
import type { Names } from "./core/parse";
import { evaluate, tryCompile } from "./core/program";
import type { Env, Row } from "./core/run";
import { blank, type Value } from "./core/value";

export interface EntityRule {
  readonly formula: string;
  readonly message?: Readonly<Record<string, string>>;
  /** The field that it is about, by id or key. */
  readonly field?: string | undefined;
}

export interface RuledEntity {
  readonly fields: readonly Field[];
  readonly rules?: readonly EntityRule[];
  /** Keys of fields whose values the reader does not have: what asks for them is left to the server. */
  readonly masked?: ReadonlySet<string>;
  /** Keys of fields that the server alone can tell of the changed record, such as computed ones. */
  readonly open?: ReadonlySet<string>;
}

export interface RuleFinding {
  /** A field's key; absent for the record as a whole. */
  readonly field?: string;
  /** In the user's language. */
  readonly message: string;
}

export interface RecordCheck {
  /** Keys of the fields that must have a value now. */
  readonly required: ReadonlySet<string>;
  /** Keys of the fields that cannot be changed now. */
  readonly readOnly: ReadonlySet<string>;
  /** Keys of required fields without a value. */
  readonly missing: ReadonlySet<string>;
  /** The entity's rules that do not hold. */
  readonly broken: readonly RuleFinding[];
}

/** The world of the reader: now, the zone, the first day of weeks. */
export function browserEnv(more: Partial<Env> = {}): Env {
  return {
    now: Date.now(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale: locale(),
    weekStart: 1,
    me: blank,
    ...more,
  };
}

/** Whether the browser cannot tell alone: calendars, rates, places and when fields were changed are the server's. */
export const needsServer =
  /\b(WORKDAY|WORKDAY_DIFF|NETWORKDAY|WORKHOURS_\w+|CONVERT_CURRENCY|IDCARD_REGION|PINYIN)\b|\bLAST_MODIFIED_TIME\s*[(（]\s*[^)）\s]/i;

const none: ReadonlySet<string> = new Set();

/** The names without those of some fields. */
function namesBut(fields: readonly Field[], ...but: readonly ReadonlySet<string>[]): Names {
  const names = namesOf(fields);
  const off = new Set(fields.filter(({ key }) => but.some((keys) => keys.has(key))).map(({ id }) => id));
  return {
    ...names,
    find: (name) => {
      const found = names.find(name);
      return found && off.has(found.id) ? undefined : found;
    },
  };
}

/** What a condition gives; undefined where the browser cannot tell: then the server decides. */
function valueIn(source: string, names: Names, env: Env, row: Row): Value | undefined {
  if (needsServer.test(source) || (env.me.kind === "any" && /\bME\b/i.test(source))) {
    return undefined;
  }
  const program = tryCompile(source, names);
  if (program instanceof FormulaError) {
    return undefined;
  }
  const v = evaluate(program, env, row);
  return v.s === "#LIMIT!" ? undefined : v;
}

const isTrue = (v: Value | undefined): boolean => v?.kind === "bool" && v.n !== 0;

const holds = (source: string, names: Names, env: Env, row: Row): boolean =>
  isTrue(valueIn(source, names, env, row));

const isMissing = (json: unknown): boolean =>
  json === undefined || json === null || json === "" || (Array.isArray(json) && json.length === 0);

const formulaOf = (rule: unknown): string | undefined =>
  typeof rule === "object" && rule !== null && "formula" in rule && typeof rule.formula === "string"
    ? rule.formula
    : undefined;

function messageOf(rule: EntityRule): string {
  const messages = rule.message ?? {};
  return messages[locale()] ?? Object.values(messages)[0] ?? "";
}

/** Keys of amounts in another currency than the field's own: rates are the server's. */
function amountsAbroad(
  fields: readonly Field[],
  ...records: readonly (RecordValues | undefined)[]
): Set<string> {
  const abroad = (field: Field, value: unknown) =>
    typeof value === "object" &&
    value !== null &&
    "currency" in value &&
    value.currency !== field.options.currency;
  return new Set(
    fields
      .filter((field) => records.some((record) => abroad(field, record?.fields[field.key])))
      .map(({ key }) => key),
  );
}

/**
 * Evaluates requiredIf, readOnlyIf and the entity's rules. `record` holds the
 * values as they would be saved; `before` those that are saved, which decide
 * what is read-only (absent for a new record: nothing is).
 */
export function checkRecord(
  entity: RuledEntity,
  record: RecordValues,
  before?: RecordValues,
  env: Env = browserEnv(),
): RecordCheck {
  const { masked = none, open = none } = entity;
  const foreign = amountsAbroad(entity.fields, record, before);
  const names = namesBut(entity.fields, masked, open, foreign);
  const savedNames = namesBut(entity.fields, masked, foreign);
  const after = rowOf(record, entity.fields);
  const saved = before ? rowOf(before, entity.fields) : undefined;
  const required = new Set<string>();
  const readOnly = new Set<string>();
  for (const field of entity.fields) {
    const need = formulaOf(field.required);
    if (field.required === true || (need !== undefined && holds(need, names, env, after))) {
      required.add(field.key);
    }
    const lock = formulaOf(field.readOnly);
    if (lock !== undefined && saved && holds(lock, savedNames, env, saved)) {
      readOnly.add(field.key);
    }
  }
  const broken = (entity.rules ?? [])
    .filter((rule) => isBroken(rule, names, env, after))
    .map((rule) => {
      const key = entity.fields.find((one) => one.id === rule.field || one.key === rule.field)?.key;
      return { ...(key && { field: key }), message: messageOf(rule) };
    });
  const missing = new Set([...required].filter((key) => isMissing(record.fields[key])));
  return { required, readOnly, missing, broken };
}

/** A rule without a result holds, one that fails does not. */
function isBroken(rule: EntityRule, names: Names, env: Env, row: Row): boolean {
  const v = valueIn(rule.formula, names, env, row);
  return v !== undefined && v.kind !== "any" && !isTrue(v);
}

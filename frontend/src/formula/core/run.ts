/** What an evaluation knows and spends. */
import type { Calendar } from "./calendar";
import { blank, failed, maxSteps, type Value } from "./value";

/** A record's values. */
export interface Row {
  value(field: string): Value;
  readonly id: string;
  /** Ms. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When somebody last gave a field its value, in ms; 0 for never. */
  changedAt(field: string): number;
}

/** What a value depends on besides the record. */
export interface Env {
  /** Ms. */
  readonly now: number;
  /** An IANA name; "" is UTC. */
  readonly zone: string;
  readonly locale: string;
  /** 0 is Sunday. */
  readonly weekStart: number;
  readonly me: Value;
  readonly calendar?: (name: string) => Calendar | undefined;
  /** What one unit is worth on a day ("2026-03-15"), as a plain decimal. */
  readonly rate?: (from: string, to: string, day: string) => string | undefined;
  /** Names a place of GB/T 2260. */
  readonly region?: (code: string) => string | undefined;
}

export interface Context {
  readonly env: Env;
  readonly row: Row;
  readonly zone: string;
  steps: number;
  draws: number;
}

export type Run = (c: Context) => Value;

/** A function of arguments that are what its parameters want: no errors but in lists, no blank dates. */
export type Impl = (c: Context, a: readonly Value[]) => Value;
export type Impls = Readonly<Record<string, Impl>>;

export const emptyRow: Row = { value: () => blank, id: "", createdAt: 0, updatedAt: 0, changedAt: () => 0 };

export const newContext = (env: Env, row: Row): Context => ({
  env,
  row,
  zone: env.zone || "UTC",
  steps: maxSteps,
  draws: 0,
});

/** Takes n from the budget; false where there was not enough. */
export function spend(c: Context, n: number): boolean {
  c.steps -= n;
  return c.steps >= 0;
}

export const limit = failed("#LIMIT!");
export const badValue = failed("#VALUE!");
export const badNumber = failed("#NUM!");
export const badRef = failed("#REF!");
export const divided = failed("#DIV/0!");

/** The argument at a place where the caller knows that there is one. */
export const arg = (a: readonly Value[], i: number): Value => a[i] ?? blank;

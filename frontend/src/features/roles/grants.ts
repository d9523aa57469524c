/** A role's grants while they are edited: pure, so that the page only draws. */
import type { Act, Field, FieldRight, Grant, Scope } from "@/api/types";

export const acts: readonly Act[] = ["read", "create", "write", "delete", "export", "comment"];
export const rights: readonly FieldRight[] = ["hidden", "masked", "read", "write"];
export const scopes = ["all", "own", "department", "departmentTree", "filter"] as const;

export type Draft = Readonly<Record<string, Grant>>;

/** The types whose values make sense with their middle hidden. */
const maskable = new Set(["text", "longText", "email", "phone", "url"]);

export function canMask(type: string): boolean {
  return maskable.has(type);
}

export function draftOf(grants: readonly Grant[]): Draft {
  return Object.fromEntries(grants.map((grant) => [grant.entity, grant]));
}

export function grantOf(draft: Draft, entity: string): Grant {
  return draft[entity] ?? { entity, scope: "all" };
}

/** One act on or off. Every act needs to see, so seeing comes with the first and takes all along. */
export function withAct(grant: Grant, act: Act, on: boolean): Grant {
  if (act === "read" && !on) {
    const none = Object.fromEntries(acts.map((one) => [one, false]));
    return { ...grant, ...none };
  }
  return { ...grant, [act]: on, ...(on ? { read: true } : {}) };
}

export function withScope(grant: Grant, scope: Scope): Grant {
  return { ...grant, scope };
}

export function scopeName(scope: Scope): (typeof scopes)[number] {
  return typeof scope === "string" ? scope : "filter";
}

/** The conditions of a scope that has some. */
export function scopeFilter(scope: Scope): unknown {
  return typeof scope === "string" ? undefined : scope.filter;
}

/** Whether it matters whose a record is. */
export function isPersonal(scope: Scope): boolean {
  return typeof scope === "string" && scope !== "all";
}

/** The fields that can say whose a record is. */
export function ownerFields(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ type }) => type === "user");
}

/** Without a field the first one of persons counts. */
export function withOwner(grant: Grant, owner: string | undefined): Grant {
  const { owner: _old, ...rest } = grant;
  return owner === undefined ? rest : { ...rest, owner };
}

/** A table whose scope is "by conditions" while there is none yet. */
export function isUnfinished(grant: Grant): boolean {
  return Boolean(grant.read) && scopeName(grant.scope) === "filter" && scopeFilter(grant.scope) === undefined;
}

/** What another role may do with a table, to be taken over. */
export function copied(grants: readonly Grant[], entity: string): Grant {
  return grantOf(draftOf(grants), entity);
}

/** What a field without a word of its own has. */
export function usualRight(grant: Grant): FieldRight {
  return grant.write || grant.create ? "write" : "read";
}

export function rightOf(grant: Grant, field: string): FieldRight {
  const right = grant.fields?.[field] ?? usualRight(grant);
  return right === "write" && usualRight(grant) === "read" ? "read" : right;
}

export function withRight(grant: Grant, fields: readonly string[], right: FieldRight): Grant {
  const next: Record<string, FieldRight> = { ...grant.fields };
  for (const field of fields) {
    if (right === usualRight(grant)) {
      delete next[field];
    } else {
      next[field] = right;
    }
  }
  return { ...grant, fields: next };
}

/** How many fields have each right that is not the usual one. */
export function countRights(grant: Grant): Readonly<Partial<Record<FieldRight, number>>> {
  const out: Partial<Record<FieldRight, number>> = {};
  for (const field of Object.keys(grant.fields ?? {})) {
    const right = rightOf(grant, field);
    if (right !== usualRight(grant)) {
      out[right] = (out[right] ?? 0) + 1;
    }
  }
  return out;
}

function sameScope(a: Scope, b: Scope): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The fields whose right differs between two drafts of one table. */
export function changedFields(before: Grant, after: Grant): readonly string[] {
  const names = new Set([...Object.keys(before.fields ?? {}), ...Object.keys(after.fields ?? {})]);
  return [...names].filter((name) => before.fields?.[name] !== after.fields?.[name]);
}

function changesOf(before: Grant, after: Grant): number {
  const changedActs = acts.filter((act) => Boolean(before[act]) !== Boolean(after[act])).length;
  const scope = sameScope(before.scope, after.scope) && before.owner === after.owner ? 0 : 1;
  return changedActs + scope + changedFields(before, after).length;
}

/** How many things were changed, for the button that saves them. */
export function countChanges(before: Draft, after: Draft): number {
  const entities = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...entities].reduce((sum, one) => sum + changesOf(grantOf(before, one), grantOf(after, one)), 0);
}

/** What is sent: tables on which nothing is allowed are left out. */
export function grantsOf(draft: Draft): readonly Grant[] {
  return Object.values(draft)
    .filter((grant) => acts.some((act) => grant[act]))
    .map((grant) => (isPersonal(grant.scope) ? grant : withOwner(grant, undefined)));
}

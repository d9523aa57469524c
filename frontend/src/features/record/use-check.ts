/** The builder's rules while a record is being filled in. Only tables that have rules fetch what evaluates them. */
import { useEffect, useMemo, useState } from "react";
import type { Entity, Field } from "@/api/types";
import { isTemporary } from "@/data/drafts";
import type { RecordEntry } from "@/data/record-cache";
import type { Fields } from "@/data/wire";
import { useFields } from "@/fields/context";
import { isComputed } from "@/fields/registry";
import { isEmptyValue } from "@/fields/show";
import type { RecordCheck } from "@/formula/check-record";

type Checker = typeof import("@/formula/check-record");

const hasFormula = (rule: unknown) => typeof rule === "object" && rule !== null;

/** Whether there is anything to evaluate. */
export const hasRules = ({ rules = [], fields }: Entity): boolean =>
  rules.length > 0 || fields.some((field) => hasFormula(field.required) || hasFormula(field.readOnly));

function useChecker(wanted: boolean): Checker | undefined {
  const [checker, setChecker] = useState<Checker>();
  // The code comes over the network; without it the server alone decides.
  useEffect(() => {
    let here = true;
    if (wanted) {
      import("@/formula/check-record").then(
        (module) => here && setChecker(module),
        () => undefined,
      );
    }
    return () => {
      here = false;
    };
  }, [wanted]);
  return checker;
}

const keysOf = (fields: readonly Field[], of: (field: Field) => boolean): ReadonlySet<string> =>
  new Set(fields.filter(of).map(({ key }) => key));

/** What the reader does not see as it is, or not whole: the other sides of links are cut short. */
function isMasked(field: Field, { record }: RecordEntry): boolean {
  const right = record.can?.fields?.[field.key] ?? field.right;
  return right === "masked" || right === "hidden" || field.options.derived === true;
}

/** A value that the server will find or give when this is saved. */
function isOpen(field: Field, { record, row }: RecordEntry): boolean {
  const given = hasFormula(field.default) || !isEmptyValue(field.default);
  return isComputed(field) || (isTemporary(record.id) && given && isEmptyValue(row.fields[field.key]));
}

/** What is required, locked and broken with the values as they stand and are being typed; undefined without rules. */
export function useCheck(entity: Entity, entry: RecordEntry, typed: Fields): RecordCheck | undefined {
  const checker = useChecker(hasRules(entity));
  const { timeZone, weekStart } = useFields();
  return useMemo(() => {
    if (checker === undefined) {
      return undefined;
    }
    const { fields, rules } = entity;
    const { record, row, pending } = entry;
    const fresh = isTemporary(record.id);
    const changed = fresh || pending.size > 0 || Object.keys(typed).length > 0;
    return checker.checkRecord(
      {
        fields,
        ...(rules && { rules }),
        masked: keysOf(fields, (field) => isMasked(field, entry)),
        open: changed ? keysOf(fields, (field) => isOpen(field, entry)) : new Set(),
      },
      { ...record, fields: { ...row.fields, ...typed } },
      fresh ? undefined : record,
      checker.browserEnv({ zone: timeZone, weekStart }),
    );
  }, [checker, entity, entry, typed, timeZone, weekStart]);
}

/** What is broken at a field. */
export function brokenAt(check: RecordCheck | undefined, key: string): readonly string[] {
  return (check?.broken ?? []).filter(({ field }) => field === key).map(({ message }) => message);
}

/** What is broken and has no field of these to stand at. */
export function brokenElsewhere(
  check: RecordCheck | undefined,
  keys: ReadonlySet<string>,
): readonly string[] {
  return (check?.broken ?? [])
    .filter(({ field }) => field === undefined || !keys.has(field))
    .map(({ message }) => message);
}

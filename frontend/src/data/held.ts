/**
 * Values of the record in the panel that the rules of the table refused: they stay on the page, and
 * go out together with the next value, for what breaks a rule alone may keep it with another.
 */
import { ApiError } from "@/api/problem";
import type { Fields } from "./wire";

export interface Held {
  readonly id: string;
  readonly fields: Fields;
  readonly error: ApiError;
}

/** What another value of the same record may put right. */
const curable: ReadonlySet<string> = new Set([
  "record.ruleFailed",
  "field.required",
  "field.notUniqueTogether",
  "link.filtered",
]);

/** Whether a refusal is only about how values of one record fit together. */
export function isCurable(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || error.status >= 500) {
    return false;
  }
  const codes = error.errors.length > 0 ? error.errors.map(({ code }) => code) : [error.code];
  return codes.every((code) => curable.has(code));
}

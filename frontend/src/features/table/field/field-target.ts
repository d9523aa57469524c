import type { Field } from "@/api/types";
import type { Rect } from "@/grid/types";

export interface FieldTarget {
  readonly anchor: Rect;
  /** The field that is changed; a new one is made without. */
  readonly field?: Field;
  /** A new field stands before this one; at the end without. */
  readonly before?: string | undefined;
}

import type { Entity } from "@/api/types";
import type { Fields } from "@/data/wire";
import { isComputed } from "@/fields/registry";

/** The values that a copy of a record starts with: no computed, no unique and no secret ones. */
export function copyable(entity: Entity, fields: Fields): Fields {
  return Object.fromEntries(
    entity.fields
      .filter(
        (field) => !isComputed(field) && field.type !== "secret" && !field.unique && field.right === "write",
      )
      .flatMap(({ key }) => (fields[key] === undefined ? [] : [[key, fields[key]]])),
  );
}

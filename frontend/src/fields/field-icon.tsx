import { createElement } from "react";
import type { Field } from "@/api/types";
import type { Option } from "@/ui/listbox";
import { typeOf } from "./registry";

export function FieldIcon({ field }: { readonly field: Field }) {
  return createElement(typeOf(field).icon, { size: 15, strokeWidth: 1.75, "aria-hidden": true });
}

export const fieldOptions = (fields: readonly Field[]): Option[] =>
  fields.map((field) => ({ value: field.id, label: field.name, icon: <FieldIcon field={field} /> }));

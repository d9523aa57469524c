import type { Field } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { tryT } from "@/lib/i18n";

/** What an operator is called with this kind of field: a date is "before", a number "less". */
export function opName(field: Field, op: string): string {
  const dated = typeOf(field).family === "date" ? tryT(`opDate.${op}`) : undefined;
  return dated ?? tryT(`op.${op}`) ?? op;
}

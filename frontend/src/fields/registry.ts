/** All field types, in the order in which they are offered. */
import type { Field } from "@/api/types";
import { checkboxType, ratingType } from "./check/types";
import { multiSelectType, singleSelectType } from "./choice/types";
import { createdTimeType, dateTimeType, dateType, updatedTimeType } from "./date/types";
import { attachmentType } from "./file/types";
import { linkType } from "./link/types";
import { currencyType, decimalType, numberType, percentType } from "./number/types";
import { createdByType, updatedByType, userType } from "./person/types";
import { autoNumberType, emailType, longTextType, phoneType, textType, urlType } from "./text/types";
import type { FieldType, Group } from "./types";

export const fieldTypes: readonly FieldType[] = [
  textType,
  longTextType,
  phoneType,
  emailType,
  urlType,
  numberType,
  currencyType,
  decimalType,
  percentType,
  ratingType,
  singleSelectType,
  multiSelectType,
  checkboxType,
  dateType,
  dateTimeType,
  linkType,
  autoNumberType,
  userType,
  attachmentType,
  createdTimeType,
  createdByType,
  updatedTimeType,
  updatedByType,
];

export const groups: readonly Group[] = ["text", "number", "choice", "relation", "people"];

const byId = new Map(fieldTypes.map((type) => [type.id, type]));

/** The type of a field; an unknown one is shown as text that nobody can change. */
export function typeOf(id: string): FieldType {
  return byId.get(id) ?? { ...textType, id, editor: "none", computed: true };
}

/** Whether nobody can write the field: the system fills it, or it is the other side of a link. */
export function isComputed(field: Field): boolean {
  return typeOf(field.type).computed === true || field.options.derived === true;
}

export function isFieldType(id: string): boolean {
  return byId.has(id);
}

/** Whether a cell of the grid opens an editor of its own. */
export function hasCellEditor(field: Field): boolean {
  return ["choice", "date", "person", "link", "file"].includes(typeOf(field.type).family);
}

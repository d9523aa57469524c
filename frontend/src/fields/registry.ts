/** All field types, in the order in which they are offered. */
import type { Field } from "@/api/types";
import type { FieldRenderer } from "@/grid/cells/renderer";
import { withTexts } from "@/lib/i18n";
import { checkboxType, ratingType } from "./check/types";
import { multiSelectType, singleSelectType } from "./choice/types";
import { createdTimeType, dateTimeType, dateType, updatedTimeType } from "./date/types";
import { attachmentType } from "./file/types";
import { linkType } from "./link/types";
import { currencyType, decimalType, numberType, percentType } from "./number/types";
import { createdByType, updatedByType, userType } from "./person/types";
import { autoNumberType, emailType, longTextType, phoneType, textType, urlType } from "./text/types";
import type { Family, FieldType, Group } from "./types";

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

export const groups: readonly Group[] = ["text", "number", "choice", "relation", "people", "advanced"];

const byId = new Map(fieldTypes.map((type) => [type.id, type]));

/** What comes with `more/` once a table needs it. */
export interface MoreTypes {
  readonly types: readonly FieldType[];
  readonly painters: Readonly<Record<string, FieldRenderer>>;
  /** The type of a computed field is that of what it shows; undefined for others. */
  typeOf(field: Field): FieldType | undefined;
  shown(field: Field): Field;
  /** Which painter draws the field, where it is not its type's. */
  painter(field: Field): string | undefined;
  /** Calls back when a picture has come that the grid draws. */
  onPicture(redraw: () => void): () => void;
}

let more: MoreTypes | undefined;

/** Makes the rarer types known. */
export function register(next: MoreTypes): void {
  more = next;
  for (const type of next.types) {
    byId.set(type.id, type);
  }
}

export const moreTypes = (): MoreTypes | undefined => more;

/** The rarer types with their texts. */
export const loadMore = withTexts(() => import("./more/register"), "kinds");

/** A page's code together with the rarer types. */
export function withTypes<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    const [page] = await Promise.all([load(), loadMore()]);
    return page;
  };
}

/** Whether fields are there whose types have not been fetched. */
export const needsMore = (fields: readonly Field[]): boolean =>
  more === undefined &&
  fields.some(({ type, options }) => !byId.has(type) || options.currencies !== undefined);

/** All types that are known by now. */
export const allTypes = (): FieldType[] => [...byId.values()];

/** The type of a field; an unknown one is shown as text that nobody can change. */
export function typeOf(of: Field | string): FieldType {
  const id = typeof of === "string" ? of : of.type;
  const own = typeof of === "string" ? undefined : more?.typeOf(of);
  return own ?? byId.get(id) ?? { ...textType, id, editor: "none", computed: true };
}

/** The field as which a computed one shows its values; any other is itself. */
export const shownField = (field: Field): Field => more?.shown(field) ?? field;

/** Whether nobody can write the field: the system fills it, or it is the other side of a link. */
export function isComputed(field: Field): boolean {
  return typeOf(field).computed === true || field.options.derived === true;
}

export function isFieldType(id: string): boolean {
  return byId.has(id);
}

const ownEditors: readonly Family[] = ["choice", "date", "person", "link", "file", "tree", "group", "secret"];

/** Whether a cell of the grid opens an editor of its own. */
export function hasCellEditor(field: Field): boolean {
  const { family, editor } = typeOf(field);
  return editor === "popover" && ownEditors.includes(family);
}

/** What holds no value, and tables within a record. */
import { Heading, Info, SquareMousePointer, Table2 } from "lucide-react";
import { linkType } from "../link/types";
import { textType } from "../text/types";
import { bad, type FieldType, type FilterValue } from "../types";

const shared = {
  ...textType,
  group: "advanced",
  color: "gray",
  editor: "none",
  computed: true,
  sortable: false,
  groupable: false,
  mayBeUnique: false,
  mayBeRequired: false,
  ops: [],
  filterValue: (): FilterValue => "none",
  summaries: [],
  parse: () => bad("readOnly"),
  format: () => "",
} as const;

export const buttonType: FieldType = {
  ...shared,
  id: "button",
  icon: SquareMousePointer,
  family: "button",
  format: (field) => String(field.options.label ?? "") || field.name,
};

export const sectionType: FieldType = { ...shared, id: "section", icon: Heading, family: "layout" };
export const descriptionType: FieldType = { ...shared, id: "description", icon: Info, family: "layout" };

export const subTableType: FieldType = {
  ...linkType,
  id: "subTable",
  icon: Table2,
};

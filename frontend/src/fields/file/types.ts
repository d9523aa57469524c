import { Paperclip } from "lucide-react";
import { joinNames } from "../split";
import { bad, type FieldType, listOf, type Named, ok } from "../types";

export interface FileValue extends Named {
  readonly size?: number;
  readonly type?: string;
  readonly url?: string;
}

export const attachmentType: FieldType = {
  id: "attachment",
  icon: Paperclip,
  color: "pink",
  group: "people",
  family: "file",
  editor: "popover",
  mayBeRequired: true,
  ops: ["isEmpty", "isNotEmpty"],
  filterValue: () => "none",
  summaries: ["filled", "empty"],
  parse: (_field, text) => (text.trim() === "" ? ok(null) : bad("badFile")),
  format: (_field, value) => joinNames(listOf(value).map((one) => one.name)),
};

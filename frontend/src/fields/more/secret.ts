/** Secrets: the server says only that there is one, and shows it to who asks for it. */
import { LockKeyhole } from "lucide-react";
import { api } from "@/api/client";
import type { Field } from "@/api/types";
import { textType } from "../text/types";
import { bad, type FieldType, type FilterValue, ok } from "../types";

/** What stands for a secret. */
export const dots = "••••••";

export const hasSecret = (value: unknown): boolean => value !== null && value !== undefined && value !== "";

const longest = 2000;

export const secretType: FieldType = {
  ...textType,
  id: "secret",
  icon: LockKeyhole,
  family: "secret",
  editor: "popover",
  sortable: false,
  groupable: false,
  mayBeUnique: false,
  ops: ["isEmpty", "isNotEmpty"],
  filterValue: (): FilterValue => "none",
  summaries: ["filled", "empty"],
  parse(_field, text) {
    if (text === "") {
      return ok(null);
    }
    if (/^•+$/u.test(text)) {
      return bad("badValue"); // a copied cell holds dots, not what they stand for
    }
    if (text.includes("\0")) {
      return bad("badText");
    }
    return [...text].length > longest ? bad("tooLong") : ok(text);
  },
  format: (_field, value) => (hasSecret(value) ? dots : ""),
};

/** Where one secret stands. */
export interface SecretPlace {
  readonly entity: string;
  readonly record: string;
}

/** The text of one secret; the server logs who asked. */
export async function reveal(place: SecretPlace, field: Field): Promise<string> {
  const path = `/entities/${place.entity}/records/${place.record}/reveal`;
  const { value } = await api.post<{ value: string | null }>(path, { field: field.key });
  return value ?? "";
}

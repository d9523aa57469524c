/** Text of a spreadsheet as new records: columns by their heading, else in the order of the view. */
import type { Field } from "@/api/types";
import { isComputed, typeOf } from "@/fields/registry";
import type { ParseEnv } from "@/fields/types";
import { fromTsv } from "@/grid/clipboard";
import { fold } from "@/lib/fold";
import type { ShownField } from "./view-model";

export interface PastedRecords {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** Cells that their field does not take. */
  readonly refused: number;
}

/** Which field each column goes to, and whether the first line says so. */
function targets(first: readonly string[], fields: readonly Field[]) {
  const named = first.map((cell) => fields.find((field) => fold(field.name) === fold(cell.trim())));
  const heading = named.some((field) => field !== undefined);
  return { heading, columns: heading ? named : fields };
}

export function clipboardRecords(text: string, shown: readonly ShownField[], env: ParseEnv): PastedRecords {
  const fields = shown.filter((one) => !one.hidden && !isComputed(one.field)).map((one) => one.field);
  const lines = fromTsv(text);
  const { heading, columns } = targets(lines[0] ?? [], fields);
  let refused = 0;
  const records = lines.slice(heading ? 1 : 0).map((line) => {
    const record: Record<string, unknown> = {};
    line.forEach((cell, column) => {
      const field = columns[column];
      const parsed = field && typeOf(field).parse(field, cell, env);
      if (parsed !== undefined && "error" in parsed) {
        refused += 1;
      } else if (field && parsed && parsed.value !== null) {
        record[field.key] = parsed.value;
      }
    });
    return record;
  });
  return { records: records.filter((one) => Object.keys(one).length > 0), refused };
}

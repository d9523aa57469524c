/** The file of refused rows: the original columns, then line, column and reason. */
export interface RefusedRow {
  readonly line: number;
  readonly column: string;
  readonly reason: string;
  /** What the file held there; undefined where it cannot be told. */
  readonly value: string | undefined;
}

/** Reads delimited text with quotes, as the server writes it. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g;
  const body = text.replace(/^\uFEFF/, "");
  while (cell.lastIndex < body.length) {
    const match = cell.exec(body);
    if (!match) {
      break;
    }
    row.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] !== ",") {
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) {
    rows.push([...row, ""]);
  }
  return rows;
}

export function refusedRows(text: string): readonly RefusedRow[] {
  const [headers = [], ...rows] = parseCsv(text);
  const columns = headers.slice(0, -3);
  return rows.map((row) => {
    const [line = "", column = "", reason = ""] = row.slice(columns.length);
    const index = columns.indexOf(column.split("; ")[0] ?? "");
    return { line: Number(line), column, reason, value: index < 0 ? undefined : row[index] };
  });
}

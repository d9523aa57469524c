/** Tables on the clipboard: tab-separated text and HTML, as spreadsheets write and read them. */

/** Rows of cells as tab-separated text; cells with tabs, quotes or line breaks are quoted. */
export function toTsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}

/** Rows of cells as an HTML table, for programs that prefer it. */
export function toHtml(rows: readonly (readonly string[])[]): string {
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`)
    .join("");
  return `<meta charset="utf-8"><table><tbody>${body}</tbody></table>`;
}

/** Reads tab-separated text with LF, CRLF or CR, and quoted cells that hold tabs and line breaks. */
export function fromTsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = takeCell(text, at);
    row.push(cell.value);
    at = cell.end;
    const mark = text[at];
    if (mark !== "\t") {
      rows.push(row);
      row = [];
    } else if (at + 1 >= text.length) {
      row.push("");
      rows.push(row);
      row = [];
    }
    at += mark === "\r" && text[at + 1] === "\n" ? 2 : 1;
  }
  return rows;
}

/**
 * Reads the first table of an HTML fragment. Merged cells fill their place with empty
 * ones; line breaks inside cells stay. Undefined if there is no table.
 */
export function fromHtml(html: string): string[][] | undefined {
  if (!/<table[\s>]/iu.test(html)) {
    return undefined;
  }
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (table === null) {
    return undefined;
  }
  const grid: string[][] = [];
  for (const [r, tr] of [...table.rows].entries()) {
    const row = lineAt(grid, r);
    let c = 0;
    for (const cell of tr.cells) {
      while (row[c] !== undefined) {
        c++;
      }
      spread(grid, r, c, cell);
      c += Math.max(1, cell.colSpan);
    }
  }
  return grid.map((row) => Array.from(row, (cell) => cell ?? ""));
}

/**
 * What a paste holds. Plain text wins unless only HTML can tell the cells apart:
 * a table whose text is one line each is the same in both.
 */
export function readTable(text: string, html: string): string[][] {
  const fromText = fromTsv(text);
  const table = html === "" ? undefined : fromHtml(html);
  if (table === undefined || table.length === 0) {
    return fromText;
  }
  return sameShape(fromText, table) ? fromText : table;
}

/** Repeats a pasted block over a larger range when it fits a whole number of times. */
export function tiled(block: string[][], rows: number, cols: number): string[][] {
  const height = block.length;
  const width = Math.max(0, ...block.map((r) => r.length));
  if (height === 0 || width === 0 || rows % height !== 0 || cols % width !== 0) {
    return block;
  }
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: cols }, (_, c) => block[r % height]?.[c % width] ?? ""),
  );
}

function sameShape(a: string[][], b: string[][]): boolean {
  return a.length === b.length && a.every((row, i) => row.length === b[i]?.length);
}

function takeCell(text: string, from: number): { value: string; end: number } {
  if (text[from] === '"') {
    const found = takeQuoted(text, from);
    if (found !== undefined) {
      return found;
    }
  }
  let end = from;
  while (end < text.length && text[end] !== "\t" && text[end] !== "\n" && text[end] !== "\r") {
    end++;
  }
  return { value: text.slice(from, end), end };
}

/** A quoted cell must end right before a tab, a line break or the end; otherwise the quote is text. */
function takeQuoted(text: string, from: number): { value: string; end: number } | undefined {
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      return undefined;
    }
    if (text[quote + 1] === '"') {
      at = quote + 2;
      continue;
    }
    const next = text[quote + 1];
    if (next !== undefined && next !== "\t" && next !== "\n" && next !== "\r") {
      return undefined;
    }
    const value = text
      .slice(from + 1, quote)
      .replaceAll('""', '"')
      .replaceAll("\r\n", "\n");
    return { value, end: quote + 1 };
  }
}

function quoted(cell: string): string {
  return /[\t\n\r]|^"/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function escaped(cell: string): string {
  return cell
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\r\n|\r|\n/gu, "<br>");
}

function lineAt(grid: string[][], r: number): string[] {
  const line = grid[r] ?? [];
  grid[r] = line;
  return line;
}

function spread(grid: string[][], r: number, c: number, cell: HTMLTableCellElement): void {
  const text = cellText(cell);
  for (let dr = 0; dr < Math.max(1, Math.min(cell.rowSpan, 1000)); dr++) {
    for (let dc = 0; dc < Math.max(1, Math.min(cell.colSpan, 1000)); dc++) {
      lineAt(grid, r + dr)[c + dc] = dr === 0 && dc === 0 ? text : "";
    }
  }
}

/** Text of a cell: source line breaks are spaces, <br> and paragraphs are line breaks. */
function cellText(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  for (const node of copy.querySelectorAll("br")) {
    node.replaceWith("\u2028");
  }
  for (const node of [...copy.querySelectorAll("p,div")].slice(1)) {
    node.prepend("\u2028");
  }
  return (copy.textContent ?? "")
    .replaceAll(/[ \t\r\n\u00a0]+/gu, " ")
    .replaceAll(/ ?\u2028 ?/gu, "\n")
    .trim();
}

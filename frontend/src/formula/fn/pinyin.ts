/** The first reading of each character: a table that is fetched when a formula wants it. */

let table: ReadonlyMap<string, string> | undefined;

/** The table; empty until it has been fetched. */
export const syllables = (): ReadonlyMap<string, string> => table ?? new Map();

/** Fetches the table. */
export async function loadPinyin(): Promise<void> {
  if (table) {
    return;
  }
  const { default: lines } = await import("@schema/formula/data/pinyin.txt?raw");
  const found = new Map<string, string>();
  for (const line of lines.split("\n")) {
    const [reading = "", chars = ""] = line.trim().split(" ");
    for (const ch of chars) {
      found.set(ch, reading);
    }
  }
  table = found;
}

/** Whether a formula's source needs the table. */
export const needsPinyin = (source: string): boolean => /PINYIN/i.test(source);

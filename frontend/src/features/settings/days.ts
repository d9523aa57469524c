/** Days as texts, as the calendars of the API hold them. */

const pad = (n: number) => String(n).padStart(2, "0");
const isDay = (year: number, month: number, day: number) => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

/** The days that a pasted text names, in any usual writing, with ranges; each once and in order. */
export function daysIn(text: string): string[] {
  const day = String.raw`(\d{4})\s*[-/.\u5e74]\s*(\d{1,2})\s*[-/.\u6708]\s*(\d{1,2})\s*\u65e5?`;
  const range = new RegExp(
    String.raw`${day}(?:\s*(?:~|\u2013|\u2014|-{1,2}|\u81f3|\u5230|to)\s*${day})?`,
    "gu",
  );
  const found = new Set<string>();
  for (const match of text.matchAll(range)) {
    const [y1 = 0, m1 = 0, d1 = 0, y2, m2, d2] = match.slice(1).map((one) => one && Number(one)) as number[];
    if (!isDay(y1, m1, d1)) {
      continue;
    }
    const start = Date.UTC(y1, m1 - 1, d1);
    const end = y2 && m2 && d2 && isDay(y2, m2, d2) ? Date.UTC(y2, m2 - 1, d2) : start;
    for (let at = start; at <= end && at - start < 400 * 86_400_000; at += 86_400_000) {
      found.add(new Date(at).toISOString().slice(0, 10));
    }
  }
  return [...found].sort();
}

export interface MonthDay {
  readonly date: string;
  readonly day: number;
  /** 0 is Monday. */
  readonly weekday: number;
}

export function daysOfMonth(year: number, month: number): MonthDay[] {
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const first = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  return Array.from({ length: count }, (_, i) => ({
    date: `${year}-${pad(month)}-${pad(i + 1)}`,
    day: i + 1,
    weekday: (first + i) % 7,
  }));
}

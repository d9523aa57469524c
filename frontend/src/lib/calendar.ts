/** Calendar days as `YYYY-MM-DD`, without a time zone. */

const dayMs = 86_400_000;

const toTime = (day: string) => Date.parse(`${day}T00:00:00Z`);
const toDay = (time: number) => new Date(time).toISOString().slice(0, 10);

export function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(toTime(text));
}

export function addDays(day: string, count: number): string {
  return toDay(toTime(day) + count * dayMs);
}

/** The same day of another month; the last day where that month is shorter. */
export function addMonths(day: string, count: number): string {
  const date = new Date(toTime(day));
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last));
  return toDay(date.getTime());
}

/** 0 is Sunday. */
export function weekday(day: string): number {
  return new Date(toTime(day)).getUTCDay();
}

export function weekStartOf(day: string, weekStart: number): string {
  return addDays(day, -((weekday(day) - weekStart + 7) % 7));
}

/** The six weeks that show a month. */
export function monthWeeks(day: string, weekStart: number): string[][] {
  const first = weekStartOf(`${day.slice(0, 7)}-01`, weekStart);
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (__, d) => addDays(first, week * 7 + d)),
  );
}

/** The day it is now in a time zone. */
export function dayIn(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(at);
  return parts.slice(0, 10);
}

/** Business calendars: working hours per weekday, holidays, make-up days. */
import { dayMs, dayText, floorDay, instant, wall } from "./clock";

/** From to before to, in minutes after midnight. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Calendar {
  readonly zone: string;
  /** Of each weekday, 0 is Sunday. */
  readonly hours: readonly (readonly Span[] | null)[];
  /** The exceptions, by "2026-10-01". */
  readonly days: Readonly<Record<string, readonly Span[] | null>>;
}

export const maxCalendarDays = 36_600;

/** The working hours of a day. */
export function spansOf(calendar: Calendar, day: number): readonly Span[] {
  const key = dayText(day);
  if (Object.hasOwn(calendar.days, key)) {
    return calendar.days[key] ?? [];
  }
  return calendar.hours[new Date(day).getUTCDay()] ?? [];
}

function edges(calendar: Calendar, day: number): readonly (readonly [number, number])[] {
  return spansOf(calendar, day).map((s) => [
    instant(day + s.from * 60_000, calendar.zone),
    instant(day + s.to * 60_000, calendar.zone),
  ]);
}

/** When minutes of working time after t have passed, before t where negative. */
export function addWork(calendar: Calendar, t: number, minutes: number): number | undefined {
  let left = Math.trunc(minutes * 60_000);
  if (left < 0) {
    return workBack(calendar, t, -left);
  }
  let day = floorDay(wall(t, calendar.zone));
  for (let n = 0; n < maxCalendarDays; n++) {
    for (const [start, to] of edges(calendar, day)) {
      const from = Math.max(start, t);
      if (to <= from) {
        continue;
      }
      if (left <= to - from) {
        return from + left;
      }
      left -= to - from;
    }
    day += dayMs;
  }
  return undefined;
}

function workBack(calendar: Calendar, t: number, time: number): number | undefined {
  let left = time;
  let day = floorDay(wall(t, calendar.zone));
  for (let n = 0; n < maxCalendarDays; n++) {
    for (const [from, end] of [...edges(calendar, day)].reverse()) {
      const to = Math.min(end, t);
      if (to <= from) {
        continue;
      }
      if (left <= to - from) {
        return to - left;
      }
      left -= to - from;
    }
    day -= dayMs;
  }
  return undefined;
}

/** The minutes of working time from a to b, negative if b is before a. */
export function workBetween(calendar: Calendar, a: number, b: number): number {
  if (b < a) {
    return -workBetween(calendar, b, a);
  }
  let total = 0;
  let day = floorDay(wall(a, calendar.zone));
  const last = floorDay(wall(b, calendar.zone));
  for (let n = 0; day <= last && n < maxCalendarDays; n++) {
    for (const [from, to] of edges(calendar, day)) {
      total += Math.max(0, Math.min(to, b) - Math.max(from, a));
    }
    day += dayMs;
  }
  return total / 60_000;
}

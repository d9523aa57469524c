/**
 * The public holidays of mainland China and the days worked instead, by the yearly notices of the
 * General Office of the State Council (for 2024: 25 October 2023; for 2025: 12 November 2024; for 2026: 4 November 2025).
 */
import { daysIn } from "./days";

interface Notice {
  readonly holidays: string;
  readonly makeupDays: string;
}

const notices = {
  2024: {
    holidays:
      "2024-01-01, 2024-02-10~2024-02-17, 2024-04-04~2024-04-06, 2024-05-01~2024-05-05, 2024-06-10, " +
      "2024-09-15~2024-09-17, 2024-10-01~2024-10-07",
    makeupDays:
      "2024-02-04, 2024-02-18, 2024-04-07, 2024-04-28, 2024-05-11, 2024-09-14, 2024-09-29, 2024-10-12",
  },
  2025: {
    holidays:
      "2025-01-01, 2025-01-28~2025-02-04, 2025-04-04~2025-04-06, 2025-05-01~2025-05-05, " +
      "2025-05-31~2025-06-02, 2025-10-01~2025-10-08",
    makeupDays: "2025-01-26, 2025-02-08, 2025-04-27, 2025-09-28, 2025-10-11",
  },
  2026: {
    holidays:
      "2026-01-01~2026-01-03, 2026-02-15~2026-02-23, 2026-04-04~2026-04-06, 2026-05-01~2026-05-05, " +
      "2026-06-19~2026-06-21, 2026-09-25~2026-09-27, 2026-10-01~2026-10-07",
    makeupDays: "2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10",
  },
} as const satisfies Record<number, Notice>;

type KnownYear = keyof typeof notices;

/** The years that are known, the newest first. */
export const chinaYears: readonly KnownYear[] = [2026, 2025, 2024];

export interface DaysOff {
  readonly holidays: readonly string[];
  readonly makeupDays: readonly string[];
}

/** Days off with those of a year in China; what was set for these days before is replaced. */
export function withChina(days: DaysOff, year: KnownYear): { holidays: string[]; makeupDays: string[] } {
  const off = daysIn(notices[year].holidays);
  const worked = daysIn(notices[year].makeupDays);
  const known = new Set([...off, ...worked]);
  const others = (list: readonly string[]) => list.filter((day) => !known.has(day));
  return {
    holidays: [...others(days.holidays), ...off].sort(),
    makeupDays: [...others(days.makeupDays), ...worked].sort(),
  };
}

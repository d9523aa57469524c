import { describe, expect, it } from "vitest";
import { chinaYears, withChina } from "./china";

const none = { holidays: [], makeupDays: [] };
const weekday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay();

describe("the holidays of China", () => {
  it("are as many as the notices say", () => {
    expect(chinaYears.map((year) => withChina(none, year).holidays.length)).toEqual([33, 28, 28]);
  });

  it("are made up for on weekends alone, and on no holiday", () => {
    for (const year of chinaYears) {
      const { holidays, makeupDays } = withChina(none, year);
      expect(makeupDays.filter((day) => ![0, 6].includes(weekday(day)) || holidays.includes(day))).toEqual(
        [],
      );
      expect([...holidays, ...makeupDays].every((day) => day.startsWith(`${year}`))).toBe(true);
    }
  });

  it("replace what was set for the same days, and leave others", () => {
    const before = { holidays: ["2026-02-14", "2026-12-25"], makeupDays: ["2026-10-01", "2026-12-26"] };
    const { holidays, makeupDays } = withChina(before, 2026);
    expect(holidays).toContain("2026-12-25");
    expect(holidays).not.toContain("2026-02-14");
    expect(makeupDays).toContain("2026-02-14");
    expect(makeupDays).toContain("2026-12-26");
    expect(makeupDays).not.toContain("2026-10-01");
    expect(withChina({ holidays, makeupDays }, 2026)).toEqual({ holidays, makeupDays });
  });
});

import { describe, expect, it } from "vitest";
import { addDays, addMonths, dayIn, isDay, monthWeeks, weekStartOf } from "./calendar";

describe("calendar", () => {
  it("walks over month and year ends", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  });

  it("keeps to the end of a shorter month", () => {
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2026-03-31", -13)).toBe("2025-02-28");
  });

  it("starts weeks on the wanted day", () => {
    expect(weekStartOf("2026-11-22", 1)).toBe("2026-11-16");
    expect(weekStartOf("2026-11-22", 0)).toBe("2026-11-22");
    const weeks = monthWeeks("2026-11-15", 1);
    expect(weeks).toHaveLength(6);
    expect(weeks[0]?.[0]).toBe("2026-10-26");
    expect(weeks.flat()).toContain("2026-11-30");
  });

  it("knows the day of a zone", () => {
    const at = new Date("2026-11-22T17:00:00Z");
    expect(dayIn("Asia/Shanghai", at)).toBe("2026-11-23");
    expect(dayIn("America/New_York", at)).toBe("2026-11-22");
  });

  it("refuses what is no day", () => {
    expect(isDay("2026-13-01")).toBe(false);
    expect(isDay("22.11.2026")).toBe(false);
    expect(isDay("2026-11-22")).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { daysIn, daysOfMonth } from "./days";

describe("pasted days", () => {
  it("are read in Chinese and other writing, each once and in order", () => {
    expect(daysIn("2026-10-02, 2026/10/1\n2026年10月2日 2026.9.30")).toEqual([
      "2026-09-30",
      "2026-10-01",
      "2026-10-02",
    ]);
  });

  it("may be ranges", () => {
    expect(daysIn("2026年2月27日至2026年3月2日")).toEqual([
      "2026-02-27",
      "2026-02-28",
      "2026-03-01",
      "2026-03-02",
    ]);
  });

  it("that do not exist are left out", () => {
    expect(daysIn("2026-02-30 2026-13-01 abc")).toEqual([]);
  });
});

describe("a month", () => {
  it("knows its weekdays", () => {
    const days = daysOfMonth(2026, 11);
    expect(days).toHaveLength(30);
    expect(days[0]).toEqual({ date: "2026-11-01", day: 1, weekday: 6 });
  });
});

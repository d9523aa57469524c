import { describe, expect, it } from "vitest";
import { Checks } from "./checks";

describe("ticked rows", () => {
  it("are some by id", () => {
    const checks = new Checks();
    checks.set("a", true);
    checks.set("b", true);
    checks.set("a", false);
    expect([checks.has("a"), checks.has("b")]).toEqual([false, true]);
    expect(checks.read(10)).toEqual({ all: false, ids: new Set(["b"]), count: 1 });
    expect(checks.state(10)).toBe("some");
  });

  it("are all but some, also those that are not loaded", () => {
    const checks = new Checks();
    checks.setAll(true);
    checks.set("a", false);
    expect([checks.has("a"), checks.has("never seen")]).toEqual([false, true]);
    expect(checks.read(100_000)).toEqual({ all: true, ids: new Set(["a"]), count: 99_999 });
    checks.set("a", true);
    expect(checks.state(100_000)).toBe("all");
  });
});

import { describe, expect, it } from "vitest";
import { ScrollMap } from "./scroll-map";

describe("a table that fits an element", () => {
  it("scrolls one to one", () => {
    const map = new ScrollMap();
    map.resize(100_000, 500);
    expect(map.elementHeight).toBe(100_000);
    expect(map.scrolled(1234.5)).toBe(1234.5);
  });
});

describe("a table of three million rows", () => {
  const height = 3_000_000 * 36;
  const make = () => {
    const map = new ScrollMap();
    map.resize(height, 800);
    return map;
  };

  it("keeps its element within what browsers allow", () => {
    expect(make().elementHeight).toBeLessThan(16_000_000);
  });

  it("moves one to one with the wheel", () => {
    const map = make();
    map.goTo(50_000_000);
    const native = map.settle();
    expect(map.scrolled(native + 100)).toBeCloseTo(50_000_100, 0);
  });

  it("reaches both ends", () => {
    const map = make();
    expect(map.scrolled(map.elementHeight - 800)).toBe(height - 800);
    expect(map.scrolled(0)).toBe(0);
  });

  it("jumps in proportion", () => {
    const map = make();
    const half = (map.elementHeight - 800) / 2;
    expect(map.scrolled(half)).toBeCloseTo((height - 800) / 2, -1);
  });

  it("stays where it is when the position settles", () => {
    const map = make();
    map.scrolled(1000);
    map.scrolled(1100);
    const before = map.top;
    map.scrolled(map.settle());
    expect(map.top).toBeCloseTo(before, 0);
  });
});

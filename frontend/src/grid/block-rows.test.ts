import { describe, expect, it, vi } from "vitest";
import { BlockRows, blockSize } from "./block-rows";

const load = async (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `r${from + i}`, fields: { n: from + i } }));

describe("rows in blocks", () => {
  it("come when they are on screen, each block once", async () => {
    const spy = vi.fn(load);
    const rows = new BlockRows({ count: 1000, load: spy });
    expect(rows.row(0)).toBeUndefined();
    rows.want(190, 210);
    rows.want(191, 211);
    await rows.load(0, 10);
    expect(spy.mock.calls).toEqual([
      [0, 200],
      [200, 400],
    ]);
    expect(rows.row(205)?.id).toBe("r205");
    expect(rows.indexOf("r205")).toBe(205);
  });

  it("are forgotten when others are used more, but never those on screen", async () => {
    const rows = new BlockRows({ count: 10_000, load, keep: 2 });
    for (let block = 0; block < 5; block++) {
      rows.want(block * blockSize, block * blockSize + 10);
      await rows.load(block * blockSize, block * blockSize + 10);
    }
    expect(rows.row(0)).toBeUndefined();
    expect(rows.indexOf("r0")).toBe(-1);
    expect(rows.row(4 * blockSize)?.id).toBe(`r${4 * blockSize}`);
  });

  it("are asked for again after a failure", async () => {
    const failing = vi.fn().mockRejectedValueOnce(new Error("offline")).mockImplementation(load);
    const rows = new BlockRows({ count: 10, load: failing });
    await expect(rows.load(0, 10)).rejects.toThrow("offline");
    await rows.load(0, 10);
    expect(rows.row(9)?.id).toBe("r9");
  });

  it("take new values and tell it once", async () => {
    const rows = new BlockRows({ count: 10, load });
    await rows.load(0, 10);
    const before = rows.row(1);
    const heard = vi.fn();
    rows.subscribe(heard);
    rows.patch(
      new Map([
        ["r1", { n: 7 }],
        ["r2", { n: 8 }],
        ["gone", { n: 9 }],
      ]),
    );
    expect(heard.mock.calls).toEqual([["rows"]]);
    expect(rows.row(1)?.fields).toEqual({ n: 7 });
    expect(before?.fields).toEqual({ n: 1 });
  });

  it("that arrive for an order that is gone are dropped", async () => {
    let answer: (rows: { id: string; fields: object }[]) => void = () => undefined;
    const slow = new Promise<{ id: string; fields: Record<string, unknown> }[]>((done) => {
      answer = done as typeof answer;
    });
    const rows = new BlockRows({ count: 1, load: () => slow });
    const waiting = rows.load(0, 1);
    rows.reset(1);
    answer([{ id: "old", fields: {} }]);
    await waiting;
    expect(rows.row(0)).toBeUndefined();
  });
});

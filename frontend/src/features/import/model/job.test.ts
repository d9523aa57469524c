import { describe, expect, it } from "vitest";
import { parseCsv, refusedRows } from "./error-file";
import { baseName, fileFault, maxBytes } from "./file-check";
import { misfit } from "./fit";
import { addSample, type Sample, secondsLeft, speed } from "./speed";

const seen = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.reduce<readonly Sample[]>((all, [at, done]) => addSample(all, { at, done }), []);

describe("speed", () => {
  it("is the mean of the last five seconds", () => {
    const samples = seen([0, 0], [5000, 50_000], [7500, 50_500], [10_000, 51_000]);
    expect(speed(samples)).toBe(200);
  });

  it("is unknown from one look, and a look twice counts once", () => {
    expect(speed(seen([1000, 10]))).toBeUndefined();
    expect(seen([1000, 10], [1000, 10])).toHaveLength(1);
  });

  it("tells the time left only after three seconds", () => {
    expect(secondsLeft(seen([0, 0], [2000, 2000]), 10_000)).toBeUndefined();
    expect(secondsLeft(seen([0, 0], [2000, 2000], [4000, 4000]), 10_000)).toBe(6);
    expect(secondsLeft(seen([0, 5], [4000, 5]), 10)).toBeUndefined();
  });
});

describe("the file of refused rows", () => {
  it("is read with its quotes, line breaks and empty cells", () => {
    expect(parseCsv('\uFEFFa,b\r\n"x, ""y""\n",\r\n,z\r\n')).toEqual([
      ["a", "b"],
      ['x, "y"\n', ""],
      ["", "z"],
    ]);
  });

  it("tells line, column, what stood there and why", () => {
    const text =
      "名称,日期,行号,列,原因\r\n甲,2024/13/07,5,日期,不是日期\r\n,x,9,名称; 日期,必填; 不是日期\r\n";
    expect(refusedRows(text)).toEqual([
      { line: 5, column: "日期", reason: "不是日期", value: "2024/13/07" },
      { line: 9, column: "名称; 日期", reason: "必填; 不是日期", value: "" },
    ]);
  });
});

describe("a file before it is sent", () => {
  it("is refused by its kind and size", () => {
    const fault = (name: string, size = 10) => fileFault({ name, size });
    expect([fault("a.csv"), fault("A.XLSX"), fault("a.b.tsv")]).toEqual([undefined, undefined, undefined]);
    expect(fault("a.xls")).toBe("import.oldKind");
    expect(fault("a.pdf")).toBe("import.badKind");
    expect(fault("a.csv", 0)).toBe("import.emptyFile");
    expect(fault("a.csv", maxBytes + 1)).toBe("import.tooLarge");
  });

  it("names the table that is made for it", () => {
    expect([baseName("客户台账 2026.csv"), baseName("a.b.xlsx")]).toEqual(["客户台账 2026", "a.b"]);
  });
});

it("a misfit is never rounded away", () => {
  expect([1, 0.999, 0.5].map(misfit)).toEqual([0, 1, 50]);
});

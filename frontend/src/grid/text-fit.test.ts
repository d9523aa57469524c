import { describe, expect, it } from "vitest";
import { TextFit } from "./text-fit";

/** Latin letters are 5 wide, all others 10. */
const measure = (_font: string, text: string) =>
  [...text].reduce((sum, c) => sum + ((c.codePointAt(0) ?? 0) < 256 || c === "…" ? 5 : 10), 0);

const make = () => new TextFit(measure);

describe("fitting text", () => {
  it("leaves what fits", () => {
    expect(make().fit("f", "hello", 25)).toBe("hello");
  });

  it("cuts with an ellipsis", () => {
    expect(make().fit("f", "hello world", 30)).toBe("hello…");
    expect(make().fit("f", "客户管理系统", 35)).toBe("客户管…");
  });

  it("never cuts a letter in two", () => {
    expect(make().fit("f", "a😀😀😀", 20)).toBe("a😀…");
  });

  it("turns line breaks into spaces", () => {
    expect(make().fit("f", "a\r\n b", 100)).toBe("a b");
  });

  it("shows nothing where there is no room", () => {
    expect(make().fit("f", "hello", 0)).toBe("");
  });

  it("measures again after the fonts have changed", () => {
    let width = 5;
    const fit = new TextFit((_, text) => text.length * width);
    expect(fit.width("f", "ab")).toBe(10);
    width = 7;
    expect(fit.width("f", "ab")).toBe(10);
    fit.clear();
    expect(fit.width("f", "ab")).toBe(14);
  });
});

describe("wrapping text", () => {
  it("breaks Latin text at spaces and Chinese anywhere", () => {
    expect(make().wrap("f", "one two three", 40, 3)).toEqual(["one two", "three"]);
    expect(make().wrap("f", "客户管理系统", 30, 3)).toEqual(["客户管", "理系统"]);
  });

  it("breaks a word that is longer than a line", () => {
    expect(make().wrap("f", "abcdefgh", 20, 3)).toEqual(["abcd", "efgh"]);
  });

  it("keeps paragraphs and empty lines", () => {
    expect(make().wrap("f", "a\n\nb", 40, 5)).toEqual(["a", "", "b"]);
  });

  it("cuts the last line and says that there is more", () => {
    expect(make().wrap("f", "客户管理系统很好用", 30, 2)).toEqual(["客户管", "理系…"]);
    expect(make().wrap("f", "a\nb\nc", 40, 2)).toEqual(["a", "b…"]);
  });
});

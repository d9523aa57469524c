import { describe, expect, it } from "vitest";
import { fromHtml, fromTsv, readTable, tiled, toHtml, toTsv } from "./clipboard";

const hostile = [
  ["a", 'say "hi"', ""],
  ["two\nlines", "tab\there", '"quoted" start'],
  ["甲,乙", "=1+1", " spaces "],
];

describe("tab-separated text", () => {
  it.each([
    ["LF", "a\tb\nc\td"],
    ["CRLF", "a\tb\r\nc\td"],
    ["CR", "a\tb\rc\td"],
    ["a line break at the end", "a\tb\r\nc\td\r\n"],
  ])("is read with %s", (_, text) => {
    expect(fromTsv(text)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("keeps line breaks, tabs and quotes of quoted cells", () => {
    expect(fromTsv('x\t"one\r\ntwo"\t"say ""hi"""\r\ny\tz\t')).toEqual([
      ["x", "one\ntwo", 'say "hi"'],
      ["y", "z", ""],
    ]);
  });

  it("takes a quote that closes nowhere as text", () => {
    expect(fromTsv('"half\tb')).toEqual([['"half', "b"]]);
    expect(fromTsv('"a" b\tc')).toEqual([['"a" b', "c"]]);
  });

  it("keeps empty cells and lines", () => {
    expect(fromTsv("\t\n\n\tx")).toEqual([["", ""], [""], ["", "x"]]);
    expect(fromTsv("")).toEqual([]);
  });

  it("reads back what it wrote", () => {
    expect(fromTsv(toTsv(hostile))).toEqual(hostile);
  });
});

describe("HTML tables", () => {
  it("reads what spreadsheets write: styles, breaks, merged cells", () => {
    const html = `<html><body><!--StartFragment--><table border=0>
      <col width=72><tr height=20><td class=xl65>华信科技</td><td colspan=2 style='mso-x:1'>1,280.00&nbsp;</td></tr>
      <tr><td rowspan=2>line 1<br>
  line 2</td><td><font>b</font></td><td>c</td></tr>
      <tr><td>d</td><td>e</td></tr></table><!--EndFragment--></body></html>`;
    expect(fromHtml(html)).toEqual([
      ["华信科技", "1,280.00", ""],
      ["line 1\nline 2", "b", "c"],
      ["", "d", "e"],
    ]);
  });

  it("is absent in other HTML", () => {
    expect(fromHtml("<p>text</p>")).toBeUndefined();
  });

  it("survives its own writing", () => {
    expect(fromHtml(toHtml([["<b>&", "a\nb"]]))).toEqual([["<b>&", "a\nb"]]);
  });

  it("wins when the text has lost the cells, else the text does", () => {
    const html = "<table><tr><td>a</td><td>b</td></tr></table>";
    expect(readTable("a b", html)).toEqual([["a", "b"]]);
    expect(readTable(" a\tb", html)).toEqual([[" a", "b"]]);
    expect(readTable("x", "")).toEqual([["x"]]);
  });
});

describe("a pasted block", () => {
  it("repeats over a range that is a multiple of it", () => {
    expect(tiled([["x"]], 2, 2)).toEqual([
      ["x", "x"],
      ["x", "x"],
    ]);
    expect(tiled([["a"], ["b"]], 4, 1)).toEqual([["a"], ["b"], ["a"], ["b"]]);
  });

  it("stays as it is otherwise", () => {
    const block = [["a"], ["b"]];
    expect(tiled(block, 3, 1)).toBe(block);
    expect(tiled(block, 1, 1)).toBe(block);
  });
});

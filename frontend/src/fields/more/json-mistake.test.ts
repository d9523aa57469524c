import { describe, expect, it } from "vitest";
import { jsonMistake } from "./json-mistake";

describe("the place of a mistake in JSON", () => {
  it.each(['{"a":[1,-2.5e3,true,null,"\\u00e9"]}', " [] ", "{}", '"x"', "0"])("is none in %s", (text) => {
    expect(jsonMistake(text)).toBeUndefined();
  });

  it.each([
    ['{\n  "a": oops\n}', 2, 8],
    ["[1,]", 1, 4],
    ['{"a" 1}', 1, 6],
    ["[1 2]", 1, 4],
    ["{a:1}", 1, 2],
    ["", 1, 1],
    ["01", 1, 2],
    ['"a\nb"', 1, 1],
    ["[1", 1, 3],
  ])("is found in %j", (text, line, column) => {
    expect(jsonMistake(text)).toEqual({ line, column });
  });
});

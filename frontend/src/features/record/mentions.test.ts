import { describe, expect, it } from "vitest";
import { mentionAt, withIds } from "./mentions";

const people = [
  { id: "usr_1", name: "王敏" },
  { id: "usr_2", name: "王敏敏" },
];

describe("mentions", () => {
  it("begin at an @ and end at a space", () => {
    expect(mentionAt("问 @王", 4)).toEqual({ start: 2, query: "王" });
    expect(mentionAt("a@b", 3)).toBeUndefined();
    expect(mentionAt("@王敏 好", 5)).toBeUndefined();
  });

  it("are stored as ids, the longest name first", () => {
    expect(withIds("@王敏敏 和 @王敏，@谁", people)).toBe("@[usr_2] 和 @[usr_1]，@谁");
  });
});

import { expect, it } from "vitest";
import { strength } from "./password";

it.each([
  ["", 0],
  ["a1b2c3d", 0],
  ["aaaaaaaaaaaaaaaaa", 1],
  ["abcdefgh", 1],
  ["abcdefg1", 2],
  ["abcdefghi1", 3],
  ["Abcdefghi1", 4],
  ["correct horse battery staple", 4],
])("rates %j as %i", (password, level) => {
  expect(strength(password)).toBe(level);
});

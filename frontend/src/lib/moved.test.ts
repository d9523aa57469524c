import { expect, it } from "vitest";
import { dropPlace, moved } from "./moved";

const list = ["a", "b", "c", "d"];

it("moves an item up and down, and no further than the ends", () => {
  expect(moved(list, 3, 0)).toEqual(["d", "a", "b", "c"]);
  expect(moved(list, 0, 2)).toEqual(["b", "c", "a", "d"]);
  expect(moved(list, 1, 9)).toEqual(["a", "c", "d", "b"]);
  expect(moved(list, 7, 0)).toEqual(list);
});

it("lands where the line showed", () => {
  expect(moved(list, 0, dropPlace(0, 2, true))).toEqual(["b", "c", "a", "d"]);
  expect(moved(list, 0, dropPlace(0, 2, false))).toEqual(["b", "a", "c", "d"]);
  expect(moved(list, 3, dropPlace(3, 1, false))).toEqual(["a", "d", "b", "c"]);
  expect(moved(list, 2, dropPlace(2, 2, true))).toEqual(list);
});

import { expect, it } from "vitest";
import { parseRecent, withVisit } from "./recent";

const visit = (entity: string, at: number) => ({ app: "app_1", entity, at });

it("keeps each table once, the newest first, at most twelve", () => {
  let list = parseRecent("[]");
  for (let n = 0; n < 20; n++) {
    list = withVisit(list, visit(`ent_${n % 15}`, n));
  }
  expect(list.map((one) => one.entity)).toEqual(
    [4, 3, 2, 1, 0, 14, 13, 12, 11, 10, 9, 8].map((n) => `ent_${n}`),
  );
});

it("reads rubbish as nothing", () => {
  expect(parseRecent("{")).toEqual([]);
  expect(parseRecent('{"a":1}')).toEqual([]);
  expect(parseRecent('[1,null,{"entity":2},{"entity":"ent_1","app":"app_1","at":1}]')).toHaveLength(1);
});

it("tells a record from its table", () => {
  const list = withVisit([visit("ent_1", 1)], { ...visit("ent_1", 2), rec: "rec_1" });
  expect(list.map((one) => one.rec)).toEqual(["rec_1", undefined]);
  expect(withVisit(list, { ...visit("ent_1", 3), rec: "rec_1" })).toHaveLength(2);
});

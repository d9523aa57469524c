import { expect, it } from "vitest";
import { parseRecent, withVisit } from "./recent";

const visit = (entity: string, at: number) => ({ app: "app_1", entity, at });

it("keeps each table once, the newest first, at most eight", () => {
  let list = parseRecent("[]");
  for (let n = 0; n < 12; n++) {
    list = withVisit(list, visit(`ent_${n % 10}`, n));
  }
  expect(list.map((one) => one.entity)).toEqual([1, 0, 9, 8, 7, 6, 5, 4].map((n) => `ent_${n}`));
});

it("reads rubbish as nothing", () => {
  expect(parseRecent("{")).toEqual([]);
  expect(parseRecent('{"a":1}')).toEqual([]);
  expect(parseRecent('[1,null,{"entity":2},{"entity":"ent_1","app":"app_1","at":1}]')).toHaveLength(1);
});

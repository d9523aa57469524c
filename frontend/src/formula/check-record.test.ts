import { describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import { browserEnv, checkRecord, type RuledEntity } from "./check-record";

const field = (key: string, type: string, more: Partial<Field> = {}): Field => ({
  id: `fld_${key}`,
  key,
  name: `${key} name`,
  type,
  required: false,
  unique: false,
  options: {},
  right: "write",
  ...more,
});

const entity: RuledEntity = {
  fields: [
    field("stage", "singleSelect"),
    field("amount", "currency", { options: { scale: 2 }, readOnly: { formula: '{stage}="won"' } }),
    field("reason", "text", { required: { formula: '{stage name}="lost"' } }),
    field("start", "date"),
    field("end", "date"),
    field("owner", "user", { required: true }),
  ],
  rules: [
    {
      formula: "{end}>={start}",
      message: { en: "Ends before it starts", "zh-CN": "结束早于开始" },
      field: "end",
    },
    { formula: "{amount}*3=0.3", message: { en: "Three tenths" } },
    { formula: 'WORKDAY({start},1,"none")={end}', message: { en: "Only the server knows" } },
    { formula: "{gone}=1", message: { en: "Of a field that is gone" } },
  ],
};

const env = browserEnv({ zone: "Asia/Shanghai" });

describe("the rules of a record", () => {
  it("make a field required only while its condition holds", () => {
    const lost = checkRecord(entity, { fields: { stage: { id: "1", name: "lost" } } }, undefined, env);
    expect([...lost.required]).toEqual(["reason", "owner"]);
    expect([...lost.missing]).toEqual(["reason", "owner"]);
    const open = checkRecord(
      entity,
      { fields: { stage: { name: "open" }, owner: [{ name: "Li" }] } },
      undefined,
      env,
    );
    expect([...open.required]).toEqual(["owner"]);
    expect([...open.missing]).toEqual([]);
  });

  it("leave amounts in another currency than the field's own to the server", () => {
    const options = { scale: 2, currency: "CNY", currencies: ["CNY", "USD"] };
    const deals: RuledEntity = {
      fields: [field("price", "currency", { options })],
      rules: [{ formula: "{price}>=50", message: { en: "Too little" } }],
    };
    const check = (currency: string) =>
      checkRecord(deals, { fields: { price: { amount: "10.00", currency } } }, undefined, env).broken;
    expect(check("CNY")).toHaveLength(1);
    expect(check("USD")).toEqual([]);
  });

  it("lock a field by what is saved, not by what is being typed", () => {
    const saved = { fields: { stage: { name: "open" } } };
    const typed = { fields: { stage: { name: "won" } } };
    expect(checkRecord(entity, typed, saved, env).readOnly.has("amount")).toBe(false);
    expect(checkRecord(entity, typed, typed, env).readOnly.has("amount")).toBe(true);
    expect(checkRecord(entity, typed, undefined, env).readOnly.size).toBe(0);
  });

  it("name the broken ones at their fields, reckoning exactly", () => {
    const broken = checkRecord(
      entity,
      { fields: { start: "2026-03-02", end: "2026-03-01", amount: 0.1 } },
      undefined,
      env,
    ).broken;
    expect(broken).toHaveLength(1);
    expect(broken[0]?.field).toBe("end");
    const other = checkRecord(
      entity,
      { fields: { amount: "0.2", start: "2026-03-01", end: "2026-03-01" } },
      undefined,
      env,
    );
    expect(other.broken).toHaveLength(1);
    expect(other.broken[0]?.field).toBeUndefined();
  });
});

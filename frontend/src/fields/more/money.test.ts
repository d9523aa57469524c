import { describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import { setFormats } from "@/lib/i18n/format";
import { currencyName, moneyType, typedMoney } from "./money";

const field = {
  id: "fld_1",
  key: "price",
  name: "价格",
  type: "currency",
  options: { scale: 2, currency: "CNY", currencies: ["CNY", "USD", "HKD", "JPY"] },
} as unknown as Field;

describe("amounts of several currencies", () => {
  it.each([
    [{ amount: "1234.50", currency: "USD" }, "US$1,234.50"],
    [{ amount: "-5.00", currency: "HKD" }, "-HK$5.00"],
    [{ amount: "12345678901234567.89", currency: "CNY" }, "¥12,345,678,901,234,567.89"],
    ["USD 5.00", "US$5.00"],
    ["320.00", "¥320.00"],
    ["USD", "USD 美元"],
    [null, ""],
  ])("%j shows as %s", (value, text) => {
    expect(moneyType.format(field, value)).toBe(text);
  });

  it.each(["CNY", "USD", "HKD", "JPY"])("what shows of %s is read again as it was", (currency) => {
    const value = { amount: "-1234.50", currency };
    const env = { members: [], timeZone: "UTC" };
    expect(moneyType.parse(field, moneyType.format(field, value), env)).toEqual({ value });
    expect(moneyType.parse(field, typedMoney(value), env)).toEqual({ value });
  });

  it("a sign that means another of its currencies gives way to the code", () => {
    const sar = { ...field, options: { ...field.options, currencies: ["CNY", "MXN", "USD"] } };
    const value = { amount: "5.00", currency: "MXN" };
    const env = { members: [], timeZone: "UTC" };
    expect(moneyType.parse(sar, moneyType.format(sar, value), env)).toEqual({ value });
    setFormats("en");
    const yen = { ...field, options: { ...field.options, currencies: ["CNY", "JPY"] } };
    expect(moneyType.format(yen, { amount: "5.00", currency: "JPY" })).toBe("JPY\u00a05.00");
    setFormats("zh-CN");
  });

  it("a code that nobody knows stands for itself", () => {
    expect(currencyName("QQQ")).toBe("QQQ");
  });
});

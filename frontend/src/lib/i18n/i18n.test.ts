import { describe, expect, it } from "vitest";
import { areas } from "./areas";
import { baseEn } from "./base-en";
import { baseZh } from "./base-zh-cn";
import { en } from "./en";
import { formatAgo, formatDay, formatMoney, formatNumber, formatTime } from "./format";
import { loadArea, loadLocale, preferredLocale, setLocale, t, tryT } from "./index";
import { zhCN } from "./zh-cn";

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

describe("catalogues", () => {
  const zh: Record<string, string> = zhCN;
  const english: Record<string, string> = en;

  it("hold the same keys", () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(zh).sort());
  });

  it("name each key in one area only", () => {
    const files = import.meta.glob<Record<string, Record<string, string>>>("./*.zh-cn.ts", { eager: true });
    const keys = Object.values(files).flatMap((area) =>
      Object.values(area).flatMap((texts) => Object.keys(texts)),
    );
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(keys.length).toBe(Object.keys(zh).length);
  });

  it("bring every key with the first page or with an area", async () => {
    for (const [locale, base, whole] of [
      ["zh-CN", baseZh, zh],
      ["en", baseEn, english],
    ] as const) {
      const parts = await Promise.all(Object.values(areas).map((area) => area[locale]()));
      expect(Object.assign({}, base, ...parts)).toEqual(whole);
    }
  });

  it("give the table all it says before an area is there", () => {
    const sources = import.meta.glob<string>(
      [
        "../../{api,data,fields,grid,ui,app/shell}/**/*.{ts,tsx}",
        "../../app/{fallbacks,router,main}.tsx",
        "../../app/routes/{app,table}-route.tsx",
        "../../features/table/**/*.{ts,tsx}",
        // These come with the area "design".
        "!../../features/table/field/{choices-editor,field-popover,type-list,type-settings}.tsx",
        "!../../features/table/field/settings/*.tsx",
        "!../../features/table/{rules,convert,why}/*.tsx",
        "!../../features/table/parts/updating.tsx",
        "!../../features/table/parts/key-list.tsx",
        // And these with "kinds".
        "!../../fields/more/*.{ts,tsx}",
      ],
      { eager: true, query: "?raw", import: "default" },
    );
    const code = Object.values(sources).join("\n");
    expect(code).toContain('t("shell.home")');
    const later = Object.keys(zh).filter((key) => !(key in baseZh));
    expect(later.filter((key) => code.includes(`t("${key}"`))).toEqual([]);
  });

  it("hold no empty text", () => {
    expect([...Object.entries(zh), ...Object.entries(english)].filter(([, text]) => !text.trim())).toEqual(
      [],
    );
  });

  it("agree in the placeholders of each text", () => {
    const differ = Object.keys(zh).filter(
      (key) => `${names(zh[key] ?? "")}` !== `${names(english[key] ?? "")}`,
    );
    expect(differ).toEqual([]);
  });

  it("hold no Chinese in English and no leftover braces", () => {
    expect(
      Object.entries(english).filter(([, text]) => /\p{Script=Han}/u.test(text.replace("简体中文", ""))),
    ).toEqual([]);
    const left = (text: string) => /[{}]/.test(text.replace(/\{\w+(\|[^|}]*\|[^}]*)?\}/g, ""));
    expect([...Object.entries(zh), ...Object.entries(english)].filter(([, text]) => left(text))).toEqual([]);
  });
});

describe("areas", () => {
  it("come when they are asked for and follow the language", async () => {
    await loadLocale("en", "UTC");
    expect(tryT("keys.move")).toBeUndefined();
    const other = loadLocale("zh-CN", "Asia/Shanghai");
    await Promise.all([other, loadArea("design")]);
    expect(t("keys.move")).toBe("移动");
    await loadLocale("en", "UTC");
    expect(t("keys.move")).toBe("Move");
    setLocale("zh-CN", zhCN, "Asia/Shanghai");
  });
});

describe("t", () => {
  it("fills values and picks the word that fits the number", () => {
    setLocale("en", en, "UTC");
    expect(t("error.tooMany", { seconds: 1 })).toContain("1 second.");
    expect(t("error.tooMany", { seconds: 5 })).toContain("5 seconds.");
    setLocale("zh-CN", zhCN, "Asia/Shanghai");
    expect(t("error.tooMany", { seconds: 5 })).toContain("5 秒");
  });
});

describe("formats", () => {
  it("follow the language and the zone", () => {
    setLocale("zh-CN", zhCN, "Asia/Shanghai");
    expect(formatNumber(1234567.5)).toBe("1,234,567.5");
    expect(formatTime("2026-11-22T20:30:00Z", { dateStyle: "short", timeStyle: "short" })).toBe(
      "2026/11/23 04:30",
    );
    setLocale("en", en, "America/New_York");
    expect(formatDay("2026-11-22")).toBe("Nov 22, 2026");
  });

  it("keep every digit of money", () => {
    setLocale("zh-CN", zhCN, "Asia/Shanghai");
    expect(formatMoney("9007199254740993.25", "CNY")).toBe("¥9,007,199,254,740,993.25");
  });

  it("say how long ago", () => {
    setLocale("zh-CN", zhCN, "Asia/Shanghai");
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(formatAgo("2026-11-22T11:57:00Z", now)).toBe("3分钟前");
    expect(formatAgo("2026-11-22T11:59:30Z", now)).toBe("刚刚");
    expect(formatAgo("2026-11-21T11:00:00Z", now)).toBe("昨天");
    expect(formatAgo("2026-10-01T11:00:00Z", now)).toBe("2026年10月1日");
  });
});

describe("preferredLocale", () => {
  it.each([
    [null, ["fr", "en-GB"], "en"],
    [null, ["zh-TW", "en"], "zh-CN"],
    [null, ["fr"], "zh-CN"],
    ["en", ["zh-CN"], "en"],
    ["xx", ["en"], "en"],
  ])("stored %s, wanted %s → %s", (stored, wanted, expected) => {
    expect(preferredLocale(stored, wanted)).toBe(expected);
  });
});

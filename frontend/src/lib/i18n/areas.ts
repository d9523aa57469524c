/** The texts that come with their pages instead of with the first one. */
import type { Texts } from "./catalogue";

/** Per area: its zh-CN and its English texts. */
export const areas = {
  auth: {
    "zh-CN": async (): Promise<Texts> => (await import("./auth.zh-cn")).authZh,
    en: async (): Promise<Texts> => (await import("./auth.en")).authEn,
  },
  design: {
    "zh-CN": async (): Promise<Texts> => (await import("./design.zh-cn")).designZh,
    en: async (): Promise<Texts> => (await import("./design.en")).designEn,
  },
  formula: {
    "zh-CN": async (): Promise<Texts> => (await import("./formula.zh-cn")).formulaZh,
    en: async (): Promise<Texts> => (await import("./formula.en")).formulaEn,
  },
  home: {
    "zh-CN": async (): Promise<Texts> => (await import("./home.zh-cn")).homeZh,
    en: async (): Promise<Texts> => (await import("./home.en")).homeEn,
  },
  import: {
    "zh-CN": async (): Promise<Texts> => (await import("./import.zh-cn")).importZh,
    en: async (): Promise<Texts> => (await import("./import.en")).importEn,
  },
  kinds: {
    "zh-CN": async (): Promise<Texts> => (await import("./kinds.zh-cn")).kindsZh,
    en: async (): Promise<Texts> => (await import("./kinds.en")).kindsEn,
  },
  model: {
    "zh-CN": async (): Promise<Texts> => (await import("./model.zh-cn")).modelZh,
    en: async (): Promise<Texts> => (await import("./model.en")).modelEn,
  },
  people: {
    "zh-CN": async (): Promise<Texts> => (await import("./people.zh-cn")).peopleZh,
    en: async (): Promise<Texts> => (await import("./people.en")).peopleEn,
  },
  record: {
    "zh-CN": async (): Promise<Texts> => (await import("./record.zh-cn")).recordZh,
    en: async (): Promise<Texts> => (await import("./record.en")).recordEn,
  },
  settings: {
    "zh-CN": async (): Promise<Texts> => (await import("./settings.zh-cn")).settingsZh,
    en: async (): Promise<Texts> => (await import("./settings.en")).settingsEn,
  },
  why: {
    "zh-CN": async (): Promise<Texts> => (await import("./why.zh-cn")).whyZh,
    en: async (): Promise<Texts> => (await import("./why.en")).whyEn,
  },
} as const;

export type Area = keyof typeof areas;

import type { zhCN } from "./zh-cn";

export type Catalogue = typeof zhCN;
export type Key = keyof Catalogue;
export type Texts = Readonly<Record<string, string>>;
/** What an area's English file must be, so that no key is missing or left over. */
export type Same<T> = Readonly<Record<keyof T, string>>;

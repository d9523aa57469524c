import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { setLocale } from "./i18n";
import { zhCN } from "./i18n/zh-cn";

setLocale("zh-CN", zhCN, "Asia/Shanghai");

afterEach(() => {
  cleanup();
});

/** The zh-CN catalogue: one line per area; each area has a file of its own. */
import { commonZh } from "./common.zh-cn";
import { shellZh } from "./shell.zh-cn";

export const zhCN = {
  ...commonZh,
  ...shellZh,
} as const;

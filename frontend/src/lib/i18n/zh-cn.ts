/**
 * The whole zh-CN catalogue: one line per area; each area has a file of its own.
 * It gives the types and the tests their keys. Pages load `base-zh-cn.ts` and
 * the areas of their own (areas.ts): a new area stands in both places.
 */

import { authZh } from "./auth.zh-cn";
import { baseZh } from "./base-zh-cn";
import { designZh } from "./design.zh-cn";
import { formulaZh } from "./formula.zh-cn";
import { homeZh } from "./home.zh-cn";
import { importZh } from "./import.zh-cn";
import { kindsZh } from "./kinds.zh-cn";
import { modelZh } from "./model.zh-cn";
import { peopleZh } from "./people.zh-cn";
import { recordZh } from "./record.zh-cn";
import { settingsZh } from "./settings.zh-cn";
import { whyZh } from "./why.zh-cn";

export const zhCN = {
  ...baseZh,
  ...authZh,
  ...homeZh,
  ...peopleZh,
  ...settingsZh,
  ...importZh,
  ...kindsZh,
  ...modelZh,
  ...recordZh,
  ...designZh,
  ...formulaZh,
  ...whyZh,
} as const;

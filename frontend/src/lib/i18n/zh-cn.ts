/** The zh-CN catalogue: one line per area; each area has a file of its own. */

import { authZh } from "./auth.zh-cn";
import { commonZh } from "./common.zh-cn";
import { fieldsZh } from "./fields.zh-cn";
import { gridZh } from "./grid.zh-cn";
import { homeZh } from "./home.zh-cn";
import { importZh } from "./import.zh-cn";
import { peopleZh } from "./people.zh-cn";
import { recordZh } from "./record.zh-cn";
import { settingsZh } from "./settings.zh-cn";
import { shellZh } from "./shell.zh-cn";
import { tableZh } from "./table.zh-cn";

export const zhCN = {
  ...commonZh,
  ...gridZh,
  ...shellZh,
  ...authZh,
  ...homeZh,
  ...peopleZh,
  ...settingsZh,
  ...fieldsZh,
  ...tableZh,
  ...importZh,
  ...recordZh,
} as const;

/** The zh-CN texts that every page needs; the other areas come with their pages (areas.ts). */

import { commonZh } from "./common.zh-cn";
import { fieldsZh } from "./fields.zh-cn";
import { gridZh } from "./grid.zh-cn";
import { shellZh } from "./shell.zh-cn";
import { tableZh } from "./table.zh-cn";

export const baseZh = { ...commonZh, ...gridZh, ...shellZh, ...fieldsZh, ...tableZh } as const;

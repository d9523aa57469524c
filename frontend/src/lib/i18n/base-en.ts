/** The English texts that every page needs: the same areas as base-zh-cn.ts. */

import { commonEn } from "./common.en";
import { fieldsEn } from "./fields.en";
import { gridEn } from "./grid.en";
import { shellEn } from "./shell.en";
import { tableEn } from "./table.en";

export const baseEn = { ...commonEn, ...gridEn, ...shellEn, ...fieldsEn, ...tableEn };

/** The English catalogue: the same areas as zh-cn.ts. */

import { authEn } from "./auth.en";
import type { Catalogue, Same } from "./catalogue";
import { commonEn } from "./common.en";
import { fieldsEn } from "./fields.en";
import { gridEn } from "./grid.en";
import { homeEn } from "./home.en";
import { importEn } from "./import.en";
import { peopleEn } from "./people.en";
import { recordEn } from "./record.en";
import { settingsEn } from "./settings.en";
import { shellEn } from "./shell.en";
import { tableEn } from "./table.en";

export const en: Same<Catalogue> = {
  ...commonEn,
  ...gridEn,
  ...shellEn,
  ...authEn,
  ...homeEn,
  ...peopleEn,
  ...settingsEn,
  ...fieldsEn,
  ...tableEn,
  ...importEn,
  ...recordEn,
};

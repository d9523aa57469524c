/** The whole English catalogue: the same areas as zh-cn.ts. */

import { authEn } from "./auth.en";
import { baseEn } from "./base-en";
import type { Catalogue, Same } from "./catalogue";
import { designEn } from "./design.en";
import { formulaEn } from "./formula.en";
import { homeEn } from "./home.en";
import { importEn } from "./import.en";
import { kindsEn } from "./kinds.en";
import { modelEn } from "./model.en";
import { peopleEn } from "./people.en";
import { recordEn } from "./record.en";
import { settingsEn } from "./settings.en";
import { whyEn } from "./why.en";

export const en: Same<Catalogue> = {
  ...baseEn,
  ...authEn,
  ...homeEn,
  ...peopleEn,
  ...settingsEn,
  ...importEn,
  ...kindsEn,
  ...modelEn,
  ...recordEn,
  ...designEn,
  ...formulaEn,
  ...whyEn,
};

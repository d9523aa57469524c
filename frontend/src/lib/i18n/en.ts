/** The English catalogue: the same areas as zh-cn.ts. */
import type { Catalogue, Same } from "./catalogue";
import { commonEn } from "./common.en";
import { shellEn } from "./shell.en";

export const en: Same<Catalogue> = {
  ...commonEn,
  ...shellEn,
};

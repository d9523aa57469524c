import type { Same } from "./catalogue";
import type { formulaZh } from "./formula.zh-cn";

export const formulaEn: Same<typeof formulaZh> = {
  "formula.label": "Formula",
};

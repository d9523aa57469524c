import type { Same } from "./catalogue";
import type { importZh } from "./import.zh-cn";

export const importEn: Same<typeof importZh> = {
  "import.title": "Import data",
};

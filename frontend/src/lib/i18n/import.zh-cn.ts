/** Importing files. */
export const importZh = {
  "import.title": "导入数据",
} as const;

export const formulaZh = {
  "formula.label": "公式",
} as const;

/** What the grid draws and says. */
export const gridZh = {
  "grid.grid": "表格",
  "grid.cellEditor": "单元格",
  "grid.addRow": "新建",
  "grid.addTo": "新建到「{group}」",
  "grid.groupCount": "{count} 条",
  "grid.yes": "是",
  "grid.no": "否",
  "grid.empty": "空",
  "grid.cell": "{column}：{value}，第 {row} 行",
  "grid.selected": "已选 {rows} 行 {columns} 列",
  "grid.editing": "{name} 正在编辑",
} as const;

import type { Same } from "./catalogue";
import type { gridZh } from "./grid.zh-cn";

export const gridEn: Same<typeof gridZh> = {
  "grid.grid": "Grid",
  "grid.cellEditor": "Cell",
  "grid.addRow": "New",
  "grid.addTo": "New in “{group}”",
  "grid.groupCount": "{count} {count|record|records}",
  "grid.yes": "Yes",
  "grid.no": "No",
  "grid.empty": "empty",
  "grid.cell": "{column}: {value}, row {row}",
  "grid.selected": "{rows} {rows|row|rows} and {columns} {columns|column|columns} selected",
  "grid.editing": "{name} is editing",
};

import type { Same } from "./catalogue";
import type { fieldsZh } from "./fields.zh-cn";

export const fieldsEn: Same<typeof fieldsZh> = {
  "fields.empty": "Empty",
  "fields.edit": "Edit {name}",
  "fields.badValue": "The field does not take this value",
  "fields.stars": "{count} {count|star|stars}",
  "fields.time": "Time",
  "fields.addFile": "Add file",
  "fields.removeFile": "Remove file",
  "summary.none": "None",
  "summary.sum": "Sum",
  "summary.avg": "Average",
  "summary.min": "Min",
  "summary.max": "Max",
  "summary.earliest": "Earliest",
  "summary.latest": "Latest",
  "summary.filled": "Filled",
  "summary.empty": "Empty",
  "summary.countDistinct": "Distinct",
  "summary.checked": "Checked",
  "summary.unchecked": "Unchecked",
  "fields.onlyImages": "Only images fit here",
};

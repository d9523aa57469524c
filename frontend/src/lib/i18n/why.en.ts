import type { Same } from "./catalogue";
import type { whyZh } from "./why.zh-cn";

export const whyEn: Same<typeof whyZh> = {
  "why.title": "Why is this slow?",
  "why.of": "How the view “{name}” opens",
  "why.ofChanged": "How the view “{name}” opens with its unsaved changes",
  "why.steps": "Steps",
  "why.next": "What next",
  "why.plan": "The database’s own words",
  "why.fast": "Fast",
  "why.slow": "Without an index",
};

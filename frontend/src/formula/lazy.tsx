/** The formula editor, fetched together with its texts when it is first wanted. */
import { lazy } from "react";
import { withTexts } from "@/lib/i18n";

const load = withTexts(() => import("./editor/formula-editor"), "formula");

/** Shows a formula and helps to write it; stands inside a Suspense. */
export const FormulaEditor = lazy(async () => ({ default: (await load()).FormulaEditor }));

/** Fetches the editor before it is wanted. */
export const preloadFormulaEditor = (): void => void load().catch(() => undefined);

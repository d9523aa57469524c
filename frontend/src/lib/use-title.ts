import { useEffect } from "react";
import { t } from "./i18n";

/** Names the page in the browser's tab. */
export function useTitle(title: string | undefined): void {
  // The title is part of the document, outside React.
  useEffect(() => {
    document.title = title ? `${title} · ${t("common.product")}` : t("common.product");
  }, [title]);
}

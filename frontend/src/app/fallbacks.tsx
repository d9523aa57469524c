import { Link } from "@tanstack/react-router";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Spinner } from "@/ui/spinner";
import css from "./fallbacks.module.css";

export function PagePending() {
  return (
    <div className={css.center} role="status" aria-label={t("common.loading")}>
      <Spinner size={20} />
    </div>
  );
}

export function PageError({ error }: { readonly error: unknown }) {
  return (
    <div className={css.center}>
      <EmptyState title={t("error.pageTitle")} text={errorText(error)}>
        <Button kind="primary" size={34} onClick={() => window.location.reload()}>
          {t("common.retry")}
        </Button>
      </EmptyState>
    </div>
  );
}

/** The page exists, but not for this person. */
export function NotAllowed() {
  return (
    <div className={css.center}>
      <EmptyState title={t("error.notAllowed")} text={t("error.notAllowedText")}>
        <Link to="/">{t("error.goHome")}</Link>
      </EmptyState>
    </div>
  );
}

export function NotFound() {
  return (
    <div className={css.center}>
      <EmptyState title={t("error.pageMissing")} text={t("error.notFound")}>
        <Link to="/">{t("error.goHome")}</Link>
      </EmptyState>
    </div>
  );
}

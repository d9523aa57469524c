import { Globe } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { cx } from "@/lib/cx";
import { locale, locales, t } from "@/lib/i18n";
import { changeLocale } from "@/lib/i18n/use-locale";
import { useMedia } from "@/lib/use-media";
import { Logo } from "@/ui/logo";
import css from "./auth.module.css";

const BrandPanel = lazy(async () => ({ default: (await import("./brand-panel")).BrandPanel }));

export interface AuthFrameProps {
  readonly title: string;
  readonly sub?: string;
  /** At the top right: the other way in. */
  readonly alt?: ReactNode;
  readonly low?: boolean;
  readonly children?: ReactNode;
}

/** The form at the left and, where there is room, what it is for at the right. */
export function AuthFrame({ title, sub, alt, low, children }: AuthFrameProps) {
  const wide = useMedia("(width >= 1080px)");
  const other = locales.find((one) => one !== locale()) ?? "en";
  return (
    <div className={css.frame}>
      <main className={css.side}>
        <header className={css.top}>
          <span className={css.logo}>
            <Logo />
            {t("common.product")}
          </span>
          {alt && <span className={css.alt}>{alt}</span>}
        </header>
        <div className={cx(css.column, low && css.low)}>
          <h1>{title}</h1>
          {sub && <p className={css.sub}>{sub}</p>}
          {children}
        </div>
        <footer className={css.foot}>
          <button type="button" lang={other} onClick={() => void changeLocale(other)}>
            <Globe size={13} aria-hidden="true" />
            {t(`locale.${other}`)}
          </button>
        </footer>
      </main>
      {wide && (
        <Suspense fallback={<aside className={css.brandSpace} />}>
          <BrandPanel />
        </Suspense>
      )}
    </div>
  );
}

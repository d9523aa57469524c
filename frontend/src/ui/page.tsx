import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import css from "./page.module.css";

export interface PageHeadProps {
  readonly title: ReactNode;
  /** What stands above this page, each a link. */
  readonly crumbs?: readonly ReactNode[];
  readonly before?: ReactNode;
  /** At the right. */
  readonly children?: ReactNode;
  readonly line?: boolean;
}

/** The 52 px row at the top of a page. */
export function PageHead({ title, crumbs = [], before, children, line }: PageHeadProps) {
  return (
    <header className={cx(css.head, line && css.line)}>
      {before}
      {crumbs.map((crumb, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the way to a page does not reorder
        <span key={index} className={css.crumb}>
          {crumb}
        </span>
      ))}
      <h1>{title}</h1>
      <div className={css.acts}>{children}</div>
    </header>
  );
}

export interface PageProps {
  readonly head?: ReactNode;
  /** Limits the width of the text and centres it. */
  readonly width?: number;
  readonly children: ReactNode;
}

/** A page whose content scrolls under its head. */
export function Page({ head, width, children }: PageProps) {
  return (
    <main className={css.page}>
      {head}
      <div className={css.scroll}>
        {width ? (
          <div className={css.column} style={{ maxInlineSize: width }}>
            {children}
          </div>
        ) : (
          children
        )}
      </div>
    </main>
  );
}

import type { ReactNode } from "react";
import css from "./empty-state.module.css";

export interface EmptyStateProps {
  readonly title: string;
  readonly text?: string;
  readonly icon?: ReactNode;
  /** The one main act, and perhaps a link. */
  readonly children?: ReactNode;
  /** Draws an outline of rows behind, so that the page is never blank. */
  readonly ghost?: boolean;
}

const rows = [72, 54, 63, 48, 58, 40];

export function EmptyState({ title, text, icon, children, ghost }: EmptyStateProps) {
  return (
    <div className={css.box}>
      {ghost && (
        <div className={css.ghost} aria-hidden="true">
          {rows.map((width) => (
            <div key={width} className={css.row}>
              <i style={{ inlineSize: `${width / 3}%` }} />
              <i style={{ inlineSize: `${width / 5}%` }} />
              <i style={{ inlineSize: `${width / 4}%` }} />
            </div>
          ))}
        </div>
      )}
      <div className={css.body}>
        {icon && <div className={css.icon}>{icon}</div>}
        <h2>{title}</h2>
        {text && <p>{text}</p>}
        {children && <div className={css.acts}>{children}</div>}
      </div>
    </div>
  );
}

import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { type Color, colorOf } from "./palette";
import css from "./pill.module.css";

export interface PillProps {
  readonly color?: Color | string | undefined;
  readonly small?: boolean;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/** An option, in its colour. */
export function Pill({ color, small, icon, children }: PillProps) {
  const name = colorOf(color);
  return (
    <span
      className={cx(css.pill, small && css.small)}
      style={{ background: `var(--opt-${name}-bg)`, color: `var(--opt-${name}-fg)` }}
    >
      {icon}
      <span className={css.text}>{children}</span>
    </span>
  );
}

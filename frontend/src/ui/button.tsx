import type { ComponentPropsWithRef, ReactNode } from "react";
import { cx } from "@/lib/cx";
import css from "./button.module.css";
import { Spinner } from "./spinner";

export type ButtonKind = "primary" | "line" | "ghost" | "danger" | "ghostDanger";
export type ButtonSize = 24 | 30 | 34 | 40;

export interface ButtonProps extends ComponentPropsWithRef<"button"> {
  readonly kind?: ButtonKind;
  readonly size?: 30 | 34 | 40;
  readonly icon?: ReactNode;
  /** In force (a filter is set): tinted, with the count if there is one. */
  readonly active?: boolean;
  readonly count?: number;
  readonly busy?: boolean;
  readonly wide?: boolean;
}

export function Button(props: ButtonProps) {
  const { kind = "ghost", size = 30, icon, active, count, busy, wide, className, children, ...rest } = props;
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      {...rest}
      disabled={rest.disabled || busy}
      className={cx(css.btn, css[`s${size}`], css[kind], active && css.active, wide && css.wide, className)}
    >
      {busy ? <Spinner /> : icon}
      {children}
      {count !== undefined && count > 0 && <span className={css.badge}>{count}</span>}
    </button>
  );
}

export interface IconButtonProps extends ComponentPropsWithRef<"button"> {
  /** What it does, for those who cannot see the icon; also its tip. */
  readonly label: string;
  readonly kind?: ButtonKind;
  readonly size?: ButtonSize;
  readonly active?: boolean;
}

export function IconButton(props: IconButtonProps) {
  const { label, kind = "ghost", size = 30, active, className, ...rest } = props;
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={cx(css.btn, css.icon, css[`s${size}`], css[kind], active && css.active, className)}
    />
  );
}

import { createElement } from "react";
import { typeOf } from "@/fields/registry";
import css from "./field.module.css";

/** The icon of a field type on its colour. */
export function TypeTile({ type }: { readonly type: string }) {
  const { icon, color } = typeOf(type);
  return (
    <span
      className={css.tile}
      aria-hidden="true"
      style={{ background: `var(--opt-${color}-bg)`, color: `var(--opt-${color}-fg)` }}
    >
      {createElement(icon, { strokeWidth: 2 })}
    </span>
  );
}

import { Check, Minus } from "lucide-react";
import type { ComponentPropsWithRef, ReactNode } from "react";
import { cx } from "@/lib/cx";
import { useField } from "./field";
import css from "./toggles.module.css";

type Native = Omit<ComponentPropsWithRef<"input">, "type" | "onChange" | "size" | "checked">;

export interface CheckboxProps extends Native {
  readonly checked: boolean;
  readonly mixed?: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Its text; without one give an `aria-label`. */
  readonly children?: ReactNode;
}

export function Checkbox({ checked, mixed, onChange, children, className, ...rest }: CheckboxProps) {
  const field = useField();
  return (
    <label className={cx(css.label, rest.disabled && css.off, className)}>
      <span className={css.touch}>
        <input
          type="checkbox"
          {...field}
          {...rest}
          checked={checked}
          aria-checked={mixed ? "mixed" : checked}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span className={css.box} data-on={checked || mixed}>
          {mixed ? <Minus aria-hidden="true" /> : <Check aria-hidden="true" />}
        </span>
      </span>
      {children && <span>{children}</span>}
    </label>
  );
}

export interface SwitchProps extends Native {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ checked, onChange, className, ...rest }: SwitchProps) {
  const field = useField();
  return (
    <span className={cx(css.touch, rest.disabled && css.off, className)}>
      <input
        type="checkbox"
        role="switch"
        {...field}
        {...rest}
        checked={checked}
        aria-checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className={css.switch} data-on={checked} />
    </span>
  );
}

export interface RadioProps extends Native {
  readonly checked: boolean;
  readonly onChange: () => void;
  readonly children?: ReactNode;
}

export function Radio({ checked, onChange, children, className, ...rest }: RadioProps) {
  return (
    <label className={cx(css.label, rest.disabled && css.off, className)}>
      <span className={css.touch}>
        <input type="radio" {...rest} checked={checked} onChange={onChange} />
        <span className={css.radio} data-on={checked} />
      </span>
      {children && <span>{children}</span>}
    </label>
  );
}

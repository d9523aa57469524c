import { Eye, EyeOff, Search } from "lucide-react";
import { type ComponentPropsWithRef, type ReactNode, useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "./button";
import { useField } from "./field";
import css from "./field.module.css";

export interface InputProps extends Omit<ComponentPropsWithRef<"input">, "size" | "onChange"> {
  readonly size?: 30 | 34 | 40;
  readonly icon?: ReactNode;
  /** Stands at the end, inside the frame. */
  readonly end?: ReactNode;
  readonly onChange?: (value: string) => void;
}

export function Input({ size = 34, icon, end, onChange, className, ...rest }: InputProps) {
  const field = useField();
  return (
    <div
      className={cx(css.input, css[`s${size}`], className)}
      data-bad={Boolean(field["aria-invalid"] ?? rest["aria-invalid"])}
      data-disabled={Boolean(rest.disabled || rest.readOnly)}
    >
      {icon}
      <input type="text" {...field} {...rest} onChange={(event) => onChange?.(event.target.value)} />
      {end}
    </div>
  );
}

export function PasswordInput(props: InputProps) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <IconButton
      size={24}
      label={t(shown ? "common.hidePassword" : "common.showPassword")}
      aria-pressed={shown}
      onClick={() => setShown(!shown)}
    >
      {shown ? <Eye size={16} /> : <EyeOff size={16} />}
    </IconButton>
  );
  return <Input {...props} type={shown ? "text" : "password"} end={toggle} />;
}

export function SearchInput(props: InputProps) {
  return (
    <Input
      type="search"
      icon={<Search aria-hidden="true" />}
      placeholder={t("common.search")}
      aria-label={t("common.search")}
      {...props}
    />
  );
}

export interface TextareaProps extends Omit<ComponentPropsWithRef<"textarea">, "onChange"> {
  readonly onChange?: (value: string) => void;
}

export function Textarea({ onChange, className, ...rest }: TextareaProps) {
  const field = useField();
  return (
    <textarea
      {...field}
      {...rest}
      className={cx(css.input, css.area, className)}
      data-bad={Boolean(field["aria-invalid"])}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { Field } from "@/api/types";
import { t, tryT } from "@/lib/i18n";
import { useFields } from "./context";
import css from "./fields.module.css";
import { typeOf } from "./registry";

export interface TextEntryProps {
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly onClose: () => void;
  /** Hears every value on the way. */
  readonly onTyping?: ((typed: { readonly value: unknown } | undefined) => void) | undefined;
  /** What stands below the text and may put another in its place. */
  readonly below?: ((text: string, put: (text: string) => void) => ReactNode) | undefined;
}

function editText(field: Field, value: unknown): string {
  if (value === null || value === undefined) {
    return "";
  }
  if (["duration", "time", "year"].includes(field.type)) {
    return typeOf(field).format(field, value);
  }
  if (typeof value === "object" && "amount" in value && "currency" in value) {
    return `${value.currency} ${value.amount}`;
  }
  return field.type === "percent" ? `${Number((Number(value) * 100).toPrecision(12))}%` : String(value);
}

/** A value typed as text where it stands; what the field does not take stays to be mended. */
export function TextEntry({ field, value, onChange, onClose, onTyping, below }: TextEntryProps) {
  const env = useFields();
  const [text, setText] = useState(() => editText(field, value));
  const [wrong, setWrong] = useState("");

  function type(next: string): void {
    setText(next);
    if (onTyping !== undefined) {
      const parsed = typeOf(field).parse(field, next, env);
      onTyping("error" in parsed ? undefined : { value: parsed.value });
    }
  }

  function commit(): void {
    const parsed = typeOf(field).parse(field, text, env);
    if ("error" in parsed) {
      setWrong(tryT(`error.${parsed.error}`) ?? t("fields.badValue"));
      return;
    }
    if (text !== editText(field, value)) {
      onChange(parsed.value);
    }
    onClose();
  }

  function handleKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    event.stopPropagation();
    const newline = field.type === "longText" && !event.ctrlKey && !event.metaKey;
    if (event.key === "Enter" && (!newline || event.altKey)) {
      event.preventDefault();
      commit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onClose();
    }
  }

  return (
    <div>
      <textarea
        // biome-ignore lint/a11y/noAutofocus: it was clicked to be edited
        autoFocus
        rows={1}
        className={css.entry}
        aria-label={field.name}
        aria-invalid={wrong !== ""}
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={handleKey}
        onBlur={commit}
      />
      {below?.(text, type)}
      {wrong && (
        <div role="alert" className={css.wrong}>
          {wrong}
        </div>
      )}
    </div>
  );
}

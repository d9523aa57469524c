/** Data for programs, with the place of a mistake. */
import { useState } from "react";
import { t, tryT } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { useFields } from "../context";
import { type FieldInputProps, Shown } from "../field-input";
import fieldsCss from "../fields.module.css";
import { typeOf } from "../registry";
import css from "./controls.module.css";
import { jsonMistake } from "./json-mistake";

const shown = (value: unknown) =>
  value === null || value === undefined ? "" : JSON.stringify(value, null, 2);

function wrongText(text: string, code: string): string {
  const mistake = text.trim() === "" ? undefined : jsonMistake(text);
  return mistake === undefined
    ? (tryT(`error.${code}`) ?? t("fields.badValue"))
    : t("kinds.badJson", { ...mistake });
}

export function JsonInput(props: FieldInputProps) {
  const { field, value, readOnly, onChange } = props;
  const env = useFields();
  const [text, setText] = useState<string>();
  const [wrong, setWrong] = useState("");
  if (text === undefined) {
    return (
      <button
        type="button"
        className={fieldsCss.place}
        data-off={readOnly}
        disabled={readOnly}
        aria-label={t("fields.edit", { name: field.name })}
        onClick={() => setText(shown(value))}
      >
        <Shown {...props} />
      </button>
    );
  }
  function commit(): void {
    const parsed = typeOf(field).parse(field, text ?? "", env);
    if ("error" in parsed) {
      setWrong(wrongText(text ?? "", parsed.error));
      return;
    }
    if (shown(parsed.value) !== shown(value)) {
      onChange(parsed.value);
    }
    setWrong("");
    setText(undefined);
  }
  return (
    <div className={css.json}>
      <textarea
        // biome-ignore lint/a11y/noAutofocus: it was clicked to be edited
        autoFocus
        spellCheck={false}
        className={fieldsCss.entry}
        aria-label={field.name}
        aria-invalid={wrong !== ""}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            setWrong("");
            setText(undefined);
          } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            commit();
          }
        }}
        onBlur={(event) =>
          event.relatedTarget?.closest("[data-tidy]") === null || event.relatedTarget === null
            ? commit()
            : undefined
        }
      />
      {wrong && (
        <div role="alert" className={fieldsCss.wrong}>
          {wrong}
        </div>
      )}
      <span data-tidy="">
        <Button
          kind="ghost"
          disabled={jsonMistake(text) !== undefined}
          onClick={() => setText(JSON.stringify(JSON.parse(text), null, 2))}
        >
          {t("kinds.tidy")}
        </Button>
      </span>
    </div>
  );
}

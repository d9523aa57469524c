/** A text with formats as it reads; a press opens its editor. */
import type { KeyboardEvent } from "react";
import { t } from "@/lib/i18n";
import { type FieldInputProps, Shown } from "../field-input";
import fieldsCss from "../fields.module.css";
import { isEmptyValue } from "../show";
import { Markdown } from "./markdown";

export interface OpenProps extends FieldInputProps {
  readonly onClose: () => void;
}

export function Reading(props: FieldInputProps & { readonly onOpen: () => void }) {
  const { field, value, readOnly, onOpen } = props;
  const text = isEmptyValue(value) ? <Shown {...props} /> : <Markdown text={String(value)} />;
  return (
    <div
      className={fieldsCss.place}
      data-off={readOnly}
      {...(readOnly !== true && {
        role: "button",
        tabIndex: 0,
        "aria-label": t("fields.edit", { name: field.name }),
        onClick: (event: { target: EventTarget }) => !(event.target instanceof HTMLAnchorElement) && onOpen(),
        onKeyDown: (event: KeyboardEvent) => event.key === "Enter" && onOpen(),
      })}
    >
      {text}
    </div>
  );
}

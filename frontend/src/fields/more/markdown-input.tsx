/** Markdown as its source, with a preview. */
import { useState } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Segmented } from "@/ui/segmented";
import type { FieldInputProps } from "../field-input";
import css from "./controls.module.css";
import { Markdown } from "./markdown";
import { type OpenProps, Reading } from "./reading";

function SourceOpen({ field, value, onChange, onClose }: OpenProps) {
  const before = String(value ?? "");
  const [text, setText] = useState(before);
  const [side, setSide] = useState<"source" | "preview">("source");
  function finish(): void {
    if (text !== before) {
      onChange(text.trim() === "" ? null : text);
    }
    onClose();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears of keys
    <div
      className={css.editor}
      onKeyDown={(event) => {
        if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
          event.stopPropagation();
          finish();
        }
      }}
    >
      <div className={css.tools}>
        <Segmented
          label={field.name}
          value={side}
          onChange={setSide}
          segments={[
            { value: "source", label: t("kinds.source") },
            { value: "preview", label: t("kinds.preview") },
          ]}
        />
      </div>
      {side === "source" ? (
        <textarea
          // biome-ignore lint/a11y/noAutofocus: it was clicked to be edited
          autoFocus
          className={css.source}
          aria-label={field.name}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      ) : (
        <div className={css.page}>
          <Markdown text={text} />
        </div>
      )}
      <div className={css.ends}>
        <Button kind="primary" onClick={finish}>
          {t("kinds.done")}
        </Button>
      </div>
    </div>
  );
}

export function MarkdownInput(props: FieldInputProps) {
  const [open, setOpen] = useState(false);
  return open ? (
    <SourceOpen {...props} onClose={() => setOpen(false)} />
  ) : (
    <Reading {...props} onOpen={() => setOpen(true)} />
  );
}

import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { t } from "@/lib/i18n";
import { Button } from "./button";
import css from "./copy-line.module.css";

/** A text to take along: chosen with a click, copied with the button. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  async function handleCopy(): Promise<void> {
    input.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without the right to the clipboard the text stays chosen for Ctrl+C.
      setCopied(false);
    }
  }
  return (
    <div className={css.line}>
      <input
        ref={input}
        readOnly
        value={text}
        aria-label={label}
        onFocus={(event) => event.target.select()}
      />
      <Button kind="primary" size={34} icon={copied ? <Check /> : <Copy />} onClick={() => void handleCopy()}>
        {copied ? t("common.copied") : t("common.copy")}
      </Button>
    </div>
  );
}

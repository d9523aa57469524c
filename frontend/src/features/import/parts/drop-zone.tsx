import { FileUp, Sheet } from "lucide-react";
import { useRef } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { useFileDrop } from "@/ui/file-drop";
import { Spinner } from "@/ui/spinner";
import css from "../import.module.css";
import { accepted } from "../model/file-check";

export interface DropZoneProps {
  readonly onFile: (file: File) => void;
  /** The name of the file that is on its way. */
  readonly busy: string | undefined;
  readonly error: string | undefined;
}

/** Takes a file: dropped anywhere on the page, or chosen. */
export function DropZone({ onFile, busy, error }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const over = useFileDrop((file) => busy === undefined && onFile(file));
  const icon = busy === undefined ? <FileUp size={26} strokeWidth={1.5} /> : <Spinner size={24} />;
  const idle = over ? t("import.dropNow") : t("import.drop");
  return (
    <div className={css.drop} data-over={over}>
      <span className={css.dropIcon} aria-hidden="true">
        {icon}
      </span>
      <h2>{busy === undefined ? idle : t("import.uploading", { name: busy })}</h2>
      <p>{t("import.dropText")}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept={accepted}
        aria-label={t("import.choose")}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) {
            onFile(file);
          }
        }}
      />
      <Button
        kind="primary"
        size={34}
        icon={<Sheet />}
        disabled={busy !== undefined}
        onClick={() => input.current?.click()}
      >
        {t("import.choose")}
      </Button>
      <small>{t("import.dropHint")}</small>
      {error && (
        <p role="alert" className={css.bad}>
          {error}
        </p>
      )}
    </div>
  );
}

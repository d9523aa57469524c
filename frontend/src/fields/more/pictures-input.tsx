/** Pictures as a gallery: look at them large, take them away, add more. */
import { ChevronLeft, ChevronRight, ImagePlus, X } from "lucide-react";
import { useRef, useState } from "react";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { thumbOf } from "@/lib/thumb";
import { IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast-store";
import type { FieldInputProps } from "../field-input";
import { pastedFiles } from "../file/pasted";
import type { FileValue } from "../file/types";
import { uploadFile } from "../file/upload";
import { listOf } from "../types";
import css from "./controls.module.css";

interface LargeProps {
  readonly files: readonly FileValue[];
  readonly at: number;
  readonly onAt: (at: number | undefined) => void;
}

function Large({ files, at, onAt }: LargeProps) {
  const file = files[at];
  const move = (step: number) => onAt((at + step + files.length) % files.length);
  return (
    <Dialog
      open={file !== undefined}
      onClose={() => onAt(undefined)}
      title={file?.name ?? ""}
      text={t("kinds.picture", { at: at + 1, count: files.length })}
      width={880}
    >
      <div className={css.large}>
        <img src={file?.url} alt={file?.name ?? ""} />
        {files.length > 1 && (
          <div className={css.turn}>
            <IconButton size={34} label={t("kinds.previous")} onClick={() => move(-1)}>
              <ChevronLeft size={18} />
            </IconButton>
            <IconButton size={34} label={t("kinds.nextPicture")} onClick={() => move(1)}>
              <ChevronRight size={18} />
            </IconButton>
          </div>
        )}
      </div>
    </Dialog>
  );
}

function useUpload(files: readonly FileValue[], onChange: FieldInputProps["onChange"]) {
  const [busy, setBusy] = useState(false);
  async function add(list: Iterable<File> | null): Promise<void> {
    const chosen = [...(list ?? [])];
    const images = chosen.filter((file) => file.type.startsWith("image/"));
    if (images.length < chosen.length) {
      toast({ kind: "bad", text: t("fields.onlyImages") });
    }
    if (images.length === 0) {
      return;
    }
    setBusy(true);
    try {
      onChange([...files, ...(await Promise.all(images.map(uploadFile)))]);
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    } finally {
      setBusy(false);
    }
  }
  return { busy, add };
}

export function PicturesInput({ value, readOnly, onChange }: FieldInputProps) {
  const files = listOf<FileValue>(value);
  const picker = useRef<HTMLInputElement>(null);
  const [at, setAt] = useState<number>();
  const { busy, add } = useUpload(files, onChange);
  function remove(id: string): void {
    const rest = files.filter((file) => file.id !== id);
    onChange(rest.length === 0 ? null : rest);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a pointer's shortcut for the button
    <div
      className={css.gallery}
      // A press on it takes the focus, so that a paste comes here.
      tabIndex={-1}
      onPaste={(event) => {
        if (readOnly !== true && event.clipboardData.files.length > 0) {
          event.preventDefault();
          void add(pastedFiles(event.clipboardData));
        }
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (readOnly !== true) {
          void add(event.dataTransfer.files);
        }
      }}
    >
      {files.map((file, index) => (
        <div key={file.id} className={css.tile}>
          <button type="button" aria-label={file.name} title={file.name} onClick={() => setAt(index)}>
            <img src={file.url && thumbOf(file.url, 320)} alt="" loading="lazy" />
          </button>
          {readOnly !== true && (
            <IconButton size={24} label={t("fields.removeFile")} onClick={() => remove(file.id)}>
              <X size={14} />
            </IconButton>
          )}
        </div>
      ))}
      {readOnly !== true && (
        <button
          type="button"
          className={css.addTile}
          aria-label={t("kinds.addImage")}
          title={t("kinds.addImage")}
          aria-busy={busy}
          disabled={busy}
          onClick={() => picker.current?.click()}
        >
          <ImagePlus size={20} strokeWidth={1.6} aria-hidden="true" />
        </button>
      )}
      <input
        ref={picker}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={(event) => {
          void add(event.target.files);
          event.target.value = ""; // the same file may be chosen again
        }}
      />
      {at !== undefined && <Large files={files} at={at} onAt={setAt} />}
    </div>
  );
}

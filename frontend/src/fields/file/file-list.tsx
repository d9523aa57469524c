import { Plus, X } from "lucide-react";
import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { toast } from "@/ui/toast-store";
import css from "../fields.module.css";
import { FileIcon } from "../show";
import { listOf } from "../types";
import { pastedFiles } from "./pasted";
import type { FileValue } from "./types";
import { uploadFile } from "./upload";

export interface FileListProps {
  readonly value: unknown;
  readonly readOnly?: boolean;
  /** Another file takes the place of the one that is there. */
  readonly single?: boolean;
  /** Takes pictures alone. */
  readonly images?: boolean;
  readonly onChange: (files: readonly FileValue[] | null) => void;
}

export function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) {
    return "";
  }
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  const step = bytes < 1024 * 1024 ? 1024 : 1024 * 1024;
  return `${(bytes / step).toFixed(step === 1024 ? 0 : 1)} ${step === 1024 ? "KB" : "MB"}`;
}

/** The files of a cell: open, remove, add by choosing or dropping. */
export function FileList({ value, readOnly, single = false, images = false, onChange }: FileListProps) {
  const files = listOf<FileValue>(value);
  const picker = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);

  async function handleFiles(list: Iterable<File> | null): Promise<void> {
    const all = [...(list ?? [])];
    const able = all.filter((file) => !images || file.type.startsWith("image/"));
    if (able.length < all.length) {
      toast({ kind: "bad", text: t("fields.onlyImages") });
    }
    const chosen = able.slice(0, single ? 1 : undefined);
    if (chosen.length === 0) {
      return;
    }
    setBusy(true);
    try {
      const added = await Promise.all(chosen.map(uploadFile));
      onChange(single ? added : [...files, ...added]);
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    } finally {
      setBusy(false);
    }
  }

  function handleDrop(event: DragEvent): void {
    event.preventDefault();
    if (!readOnly) {
      void handleFiles(event.dataTransfer.files);
    }
  }

  function handlePaste(event: ClipboardEvent): void {
    if (!readOnly && event.clipboardData.files.length > 0) {
      event.preventDefault();
      void handleFiles(pastedFiles(event.clipboardData));
    }
  }

  function handleRemove(id: string): void {
    const rest = files.filter((file) => file.id !== id);
    onChange(rest.length === 0 ? null : rest);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a pointer's shortcut for the button
    <div
      className={css.drop}
      // A press on it takes the focus, so that a paste comes here.
      tabIndex={-1}
      onDragOver={(event) => event.preventDefault()}
      onDrop={handleDrop}
      onPaste={handlePaste}
    >
      {files.map((file) => (
        <div key={file.id} className={css.fileRow}>
          <FileIcon type={file.type} />
          <a className={css.clip} href={file.url} target="_blank" rel="noreferrer" style={{ flex: 1 }}>
            {file.name}
          </a>
          <small>{sizeText(file.size)}</small>
          {!readOnly && (
            <IconButton size={24} label={t("fields.removeFile")} onClick={() => handleRemove(file.id)}>
              <X size={14} />
            </IconButton>
          )}
        </div>
      ))}
      {!readOnly && (
        <>
          <input
            ref={picker}
            type="file"
            multiple={!single}
            {...(images && { accept: "image/*" })}
            hidden
            onChange={(event) => {
              void handleFiles(event.target.files);
              event.target.value = ""; // the same file may be chosen again
            }}
          />
          <Button className={css.addFile} icon={<Plus />} busy={busy} onClick={() => picker.current?.click()}>
            {t("fields.addFile")}
          </Button>
        </>
      )}
    </div>
  );
}

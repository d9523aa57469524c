import { useEffect, useState } from "react";
import { type UploadedFile, uploadFile } from "@/api/imports";
import { errorText } from "@/api/problem";
import { takeFile } from "@/lib/dropped-file";
import { t } from "@/lib/i18n";
import { fileFault } from "./model/file-check";

const sizes = new Map<string, number>();

/** The size of a file that this page has uploaded; unknown after a reload. */
export const sizeOf = (file: string) => sizes.get(file);

/** Checks and sends a file, then hands it on. */
export function useUpload(onUploaded: (file: UploadedFile) => Promise<void> | void) {
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<string>();
  async function handleFile(file: File): Promise<void> {
    const fault = fileFault(file);
    if (fault) {
      setError(t(fault as "import.badKind"));
      return;
    }
    setError(undefined);
    setBusy(file.name);
    try {
      const sent = await uploadFile(file);
      sizes.set(sent.id, sent.size);
      await onUploaded(sent);
    } catch (failure) {
      setError(errorText(failure));
    } finally {
      setBusy(undefined);
    }
  }
  // A file that was dropped on the page before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    const file = takeFile();
    if (file) {
      void handleFile(file);
    }
  }, []);
  return { busy, error, handleFile };
}

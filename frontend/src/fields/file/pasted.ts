/** Files that come from the clipboard. */
import { errorText } from "@/api/problem";
import type { Field } from "@/api/types";
import { t } from "@/lib/i18n";
import { toast } from "@/ui/toast-store";
import { listOf } from "../types";
import type { FileValue } from "./types";
import { uploadFile } from "./upload";

const two = (n: number) => String(n).padStart(2, "0");

function stamp(at: Date): string {
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(".")}`;
}

/** A picture that was copied has no name of its own: it gets the moment's. */
export function named(file: File): File {
  const bare = /^image\.(\w+)$/u.exec(file.name);
  return bare === null ? file : new File([file], `${stamp(new Date())}.${bare[1]}`, { type: file.type });
}

/** The files of a paste, with names by which they can be told. */
export const pastedFiles = (data: DataTransfer): File[] => [...data.files].map(named);

/** A cell of files, wherever it stands. */
export interface FileCell {
  /** What it holds by now. */
  value(): unknown;
  put(files: readonly FileValue[]): void;
}

/** Stores files and adds them to a cell; where there is room for one, it takes its place. */
export async function addFiles(field: Field, files: readonly File[], cell: FileCell): Promise<void> {
  const pictures = field.type === "image" || field.type === "signature";
  const able = files.filter((file) => !pictures || file.type.startsWith("image/"));
  if (able.length < files.length) {
    toast({ kind: "bad", text: t("fields.onlyImages") });
  }
  const single = field.type === "file" || field.type === "signature";
  try {
    const added = await Promise.all(able.slice(0, single ? 1 : undefined).map(uploadFile));
    if (added.length > 0) {
      cell.put(single ? added : [...listOf<FileValue>(cell.value()), ...added]);
    }
  } catch (error) {
    toast({ kind: "bad", text: errorText(error) });
  }
}

import type { Key } from "@/lib/i18n";

export const maxBytes = 100 * 1024 * 1024;
export const accepted = ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,text/tab-separated-values";

/** What can be told about a file before it is sent: the key of a text, or nothing. */
export function fileFault(file: Pick<File, "name" | "size">): Key | undefined {
  const kind = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  if (kind === "xls") {
    return "import.oldKind";
  }
  if (!["csv", "tsv", "txt", "tab", "xlsx", "xlsm"].includes(kind)) {
    return "import.badKind";
  }
  if (file.size === 0) {
    return "import.emptyFile";
  }
  return file.size > maxBytes ? "import.tooLarge" : undefined;
}

/** A file's name without its ending: the name of the table made for it. */
export function baseName(name: string): string {
  return (
    name
      .replace(/\.\w+$/, "")
      .trim()
      .slice(0, 100) || name
  );
}

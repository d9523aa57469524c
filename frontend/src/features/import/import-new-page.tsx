import type { ImportPlace } from "@/lib/import-place";

export interface ImportNewPageProps {
  readonly app: string | undefined;
  readonly onReady: (params: { app: string; entity: string }, place: ImportPlace) => void;
  readonly onClose: () => void;
}

export function ImportNewPage(_props: ImportNewPageProps) {
  return <main />;
}

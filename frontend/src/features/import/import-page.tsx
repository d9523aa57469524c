import type { ImportPlace } from "@/lib/import-place";

export interface ImportPageProps {
  readonly app: string;
  readonly entity: string;
  readonly place: ImportPlace;
  readonly onPlace: (place: ImportPlace) => void;
  readonly onClose: () => void;
  readonly onHome: () => void;
}

export function ImportPage(_props: ImportPageProps) {
  return <main />;
}

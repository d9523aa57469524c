export interface ImportPageProps {
  readonly app: string;
  readonly entity: string;
  /** A running or finished import; it survives a reload. */
  readonly job: string | undefined;
  readonly onJob: (id: string | undefined) => void;
  readonly onClose: () => void;
}

export function ImportPage(_props: ImportPageProps) {
  return <main />;
}

export interface TablePageProps {
  readonly app: string;
  readonly entity: string;
  readonly view: string | undefined;
  readonly record: string | undefined;
  readonly onView: (id: string) => void;
  /** Opens a record's drawer, or closes it with undefined. */
  readonly onRecord: (id: string | undefined) => void;
  readonly onImport: () => void;
}

export function TablePage(_props: TablePageProps) {
  return <main />;
}

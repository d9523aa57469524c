export interface TrashPageProps {
  readonly entity: string | undefined;
  readonly onEntity: (id: string | undefined) => void;
}

export function TrashPage(_props: TrashPageProps) {
  return <main />;
}

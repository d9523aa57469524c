import { lazy, type ReactNode, type RefObject, Suspense, useState } from "react";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly text?: string;
  /** Buttons at the bottom, the main one last. */
  readonly footer?: ReactNode;
  readonly width?: number;
  /** No padding, no heading row: the content draws everything. */
  readonly bare?: boolean;
  readonly className?: string | undefined;
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly children?: ReactNode;
}

const Layer = lazy(async () => ({ default: (await import("./dialog-layer")).DialogLayer }));

/** A question in the middle of the page; a sheet from below on a phone. */
export function Dialog(props: DialogProps) {
  const [wanted, setWanted] = useState(props.open);
  if (props.open && !wanted) {
    setWanted(true);
  }
  return wanted ? (
    <Suspense>
      <Layer {...props} />
    </Suspense>
  ) : null;
}

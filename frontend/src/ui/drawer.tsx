import { lazy, type ReactNode, Suspense, useState } from "react";

export interface DrawerProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Its name for those who cannot see it. */
  readonly label: string;
  readonly side?: "left" | "right" | "bottom";
  readonly width?: number;
  /** False: the page beside it stays in use, and a click there does not close it. */
  readonly modal?: boolean;
  readonly children: ReactNode;
}

const Layer = lazy(async () => ({ default: (await import("./dialog-layer")).DrawerLayer }));

/** A panel from a side; the whole screen under 640 px unless it comes from the left. */
export function Drawer(props: DrawerProps) {
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

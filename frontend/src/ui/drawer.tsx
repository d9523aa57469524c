import { Dialog as Base } from "@base-ui/react/dialog";
import type { CSSProperties, ReactNode } from "react";
import { cx } from "@/lib/cx";
import css from "./dialog.module.css";

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

/** A panel from a side; the whole screen under 640 px unless it comes from the left. */
export function Drawer({
  open,
  onClose,
  label,
  side = "right",
  width = 468,
  modal = true,
  children,
}: DrawerProps) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => !next && onClose()}
      modal={modal}
      disablePointerDismissal={!modal}
    >
      <Base.Portal>
        {modal && <Base.Backdrop className={css.scrim} />}
        <Base.Popup
          className={cx(css.drawer, css[side])}
          aria-label={label}
          style={{ "--width": `${width}px` } as CSSProperties}
        >
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

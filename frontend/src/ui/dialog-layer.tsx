import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { CSSProperties } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "./button";
import type { DialogProps } from "./dialog";
import css from "./dialog.module.css";
import type { DrawerProps } from "./drawer";

/** A question in the middle of the page; a sheet from below on a phone. */
export function DialogLayer(props: DialogProps) {
  const { open, onClose, title, text, footer, width = 440, bare, children } = props;
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={css.scrim} />
        <Base.Popup
          className={cx(css.dialog, props.className)}
          style={{ "--width": `${width}px` } as CSSProperties}
          {...(props.initialFocus ? { initialFocus: props.initialFocus } : {})}
        >
          {bare ? (
            <Base.Title className="sr-only">{title}</Base.Title>
          ) : (
            <header className={css.head}>
              <Base.Title className={css.title}>{title}</Base.Title>
              <Base.Close render={<IconButton label={t("common.close")} />}>
                <X size={16} />
              </Base.Close>
            </header>
          )}
          {text && <Base.Description className={css.text}>{text}</Base.Description>}
          {bare ? children : children && <div className={css.body}>{children}</div>}
          {footer && <footer className={css.foot}>{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A panel from a side; the whole screen under 640 px unless it comes from the left. */
export function DrawerLayer({
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

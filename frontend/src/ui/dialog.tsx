import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "./button";
import css from "./dialog.module.css";

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

/** A question in the middle of the page; a sheet from below on a phone. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, text, footer, width = 440, bare, children } = props;
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={css.scrim} />
        <Base.Popup
          className={cx(css.dialog, props.className)}
          style={{ "--width": `${width}px` } as React.CSSProperties}
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

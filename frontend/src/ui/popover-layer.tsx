import { Popover as Base } from "@base-ui/react/popover";
import type { RefObject } from "react";
import { cx } from "@/lib/cx";
import type { PopoverProps } from "./popover";
import css from "./popup.module.css";

export interface PopoverLayerProps extends Omit<PopoverProps, "trigger" | "open" | "onOpenChange"> {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** The button that opened it, which has the focus again afterwards. */
  readonly finalFocus: RefObject<HTMLElement | null> | undefined;
}

/** Where the focus goes when a popover has closed: to its button, unless somebody has taken it elsewhere since. */
function backTo(button: RefObject<HTMLElement | null> | undefined): HTMLElement | boolean {
  const now = document.activeElement;
  const free = now === null || now === document.body || now.closest(`.${css.popup}`) !== null;
  return free ? (button?.current ?? false) : false;
}

/** What a popover shows; fetched when the first one opens. */
export function PopoverLayer(props: PopoverLayerProps) {
  const { anchor, open, onOpenChange, side = "bottom", align = "start", offset = 6, children } = props;
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Positioner
          className={css.positioner}
          {...(anchor === undefined ? {} : { anchor })}
          side={side}
          align={align}
          sideOffset={offset}
          collisionPadding={8}
        >
          <Base.Popup
            className={cx(css.popup, props.className)}
            aria-label={props.label}
            style={props.width ? { width: props.width } : undefined}
            {...(props.initialFocus === undefined ? {} : { initialFocus: props.initialFocus })}
            {...(props.finalFocus === undefined ? {} : { finalFocus: () => backTo(props.finalFocus) })}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

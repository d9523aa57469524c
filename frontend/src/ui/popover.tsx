import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode, RefObject } from "react";
import { cx } from "@/lib/cx";
import css from "./popup.module.css";

export type Side = "top" | "bottom" | "left" | "right";
export type Align = "start" | "center" | "end";

/** Where a popup without a trigger stands: an element or a rectangle of the canvas. */
export type Anchor =
  | Element
  | RefObject<Element | null>
  | { readonly getBoundingClientRect: () => DOMRect }
  | null
  | undefined;

export interface PopoverProps {
  /** The button that opens it; without one it is opened by `open` and stands at `anchor`. */
  readonly trigger?: ReactElement;
  readonly anchor?: Anchor;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly side?: Side;
  readonly align?: Align;
  readonly offset?: number;
  /** Its name for those who cannot see it. */
  readonly label?: string;
  readonly width?: number;
  readonly className?: string | undefined;
  readonly initialFocus?: RefObject<HTMLElement | null> | boolean;
  readonly children: ReactNode;
}

export function Popover(props: PopoverProps) {
  const {
    trigger,
    anchor,
    open,
    onOpenChange,
    side = "bottom",
    align = "start",
    offset = 6,
    children,
  } = props;
  return (
    <Base.Root
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange ? { onOpenChange: (next: boolean) => onOpenChange(next) } : {})}
    >
      {trigger && <Base.Trigger render={trigger} />}
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
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

import { lazy, type ReactElement, type ReactNode, type RefObject, Suspense } from "react";
import { useTrigger } from "./use-trigger";

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

const load = () => import("./popover-layer");
const Layer = lazy(async () => ({ default: (await load()).PopoverLayer }));

/** Something that opens at a button or a place of the page; Esc and a press outside close it. */
export function Popover({ trigger, open: outer, onOpenChange, ...rest }: PopoverProps) {
  const { button, open, setOpen, wanted, anchor } = useTrigger({
    trigger,
    open: outer,
    onOpenChange,
    kind: "dialog",
    preload: load,
  });
  return (
    <>
      {button}
      {wanted && (
        <Suspense>
          <Layer
            {...rest}
            anchor={rest.anchor ?? anchor}
            finalFocus={trigger ? anchor : undefined}
            open={open}
            onOpenChange={setOpen}
          />
        </Suspense>
      )}
    </>
  );
}

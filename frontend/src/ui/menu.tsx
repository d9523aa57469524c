import { lazy, type ReactElement, type ReactNode, Suspense } from "react";
import type { Align, Anchor, Side } from "./popover";
import { useTrigger } from "./use-trigger";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly hint?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Given: the item is one of several that can be in force, with a tick. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

/** Items between which a line is drawn, perhaps under a heading. */
export interface MenuGroup {
  readonly label?: string;
  readonly items: readonly MenuItem[];
}

export interface MenuProps {
  readonly trigger?: ReactElement;
  readonly anchor?: Anchor;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly groups: readonly MenuGroup[];
  readonly side?: Side;
  readonly align?: Align;
  readonly label?: string;
  readonly width?: number;
  /** Shown above the items; not part of the list. */
  readonly head?: ReactNode;
}

const load = () => import("./menu-layer");
const Layer = lazy(async () => ({ default: (await load()).MenuLayer }));

/** Acts to choose from, at a button or a place of the page. */
export function Menu({ trigger, open: outer, onOpenChange, ...rest }: MenuProps) {
  const { button, open, setOpen, wanted, anchor } = useTrigger({
    trigger,
    open: outer,
    onOpenChange,
    kind: "menu",
    preload: load,
  });
  return (
    <>
      {button}
      {wanted && (
        <Suspense>
          <Layer {...rest} anchor={rest.anchor ?? anchor} open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  );
}

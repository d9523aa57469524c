import { cloneElement, type ReactElement, type Ref, useRef, useState } from "react";

export interface TriggerOptions {
  readonly trigger: ReactElement | undefined;
  readonly open: boolean | undefined;
  readonly onOpenChange: ((open: boolean) => void) | undefined;
  readonly kind: "menu" | "dialog";
  /** Fetches what will be shown; called when a hand or the focus comes near. */
  readonly preload: () => unknown;
}

interface TriggerProps {
  readonly ref?: Ref<HTMLElement>;
  readonly onClick?: (event: unknown) => void;
  readonly "aria-haspopup"?: string;
}

function assign(ref: Ref<HTMLElement> | undefined, element: HTMLElement | null): void {
  if (typeof ref === "function") {
    ref(element);
  } else if (ref) {
    ref.current = element;
  }
}

/**
 * The button of a popup whose code is fetched only when it is wanted. The
 * button is the caller's own element all the time, so focus and place stay.
 */
export function useTrigger({ trigger, open: outer, onOpenChange, kind, preload }: TriggerOptions) {
  const [inner, setInner] = useState(false);
  const [wanted, setWanted] = useState(false);
  const open = outer ?? inner;
  const anchor = useRef<HTMLElement>(null);
  // A press on the button of an open popup closes it from outside before the click comes.
  const pressed = useRef<boolean>(undefined);
  if (open && !wanted) {
    setWanted(true);
  }
  function setOpen(next: boolean): void {
    setInner(next);
    onOpenChange?.(next);
  }
  const props = trigger?.props as TriggerProps | undefined;
  const button =
    trigger &&
    cloneElement(trigger as ReactElement<Record<string, unknown>>, {
      ref: (element: HTMLElement | null) => {
        anchor.current = element;
        assign(props?.ref, element);
      },
      "aria-haspopup": props?.["aria-haspopup"] ?? kind,
      "aria-expanded": open,
      "data-popup-open": open ? "" : undefined,
      onPointerEnter: preload,
      onFocus: preload,
      onPointerDown: () => {
        pressed.current = open;
      },
      onClick: (event: unknown) => {
        props?.onClick?.(event);
        setOpen(!(pressed.current ?? open));
        pressed.current = undefined;
      },
      onKeyDown: (event: { key: string; preventDefault: () => void }) => {
        if (kind === "menu" && event.key === "ArrowDown" && !open) {
          event.preventDefault();
          setOpen(true);
        }
      },
    });
  return { button, open, setOpen, wanted, anchor };
}

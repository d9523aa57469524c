import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { Fragment, type ReactElement, type ReactNode } from "react";
import { cx } from "@/lib/cx";
import type { Align, Anchor, Side } from "./popover";
import css from "./popup.module.css";

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

function Item({ item }: { readonly item: MenuItem }) {
  return (
    <Base.Item
      className={cx(css.item, item.danger && css.danger)}
      disabled={item.disabled ?? false}
      onClick={item.onSelect}
      {...(item.checked === undefined ? {} : { role: "menuitemradio", "aria-checked": item.checked })}
    >
      {item.icon}
      <span className={css.grow}>{item.label}</span>
      {item.hint && <span className={css.hint}>{item.hint}</span>}
      {item.checked && <Check className={css.check} aria-hidden="true" />}
    </Base.Item>
  );
}

export function Menu(props: MenuProps) {
  const { trigger, anchor, open, onOpenChange, groups, side = "bottom", align = "start" } = props;
  const shown = groups.filter((group) => group.items.length > 0);
  return (
    <Base.Root
      modal={false}
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
          sideOffset={6}
          collisionPadding={8}
        >
          <Base.Popup
            className={cx(css.popup, css.menu)}
            aria-label={props.label}
            style={props.width ? { width: props.width } : undefined}
          >
            {props.head}
            {shown.map((group, index) => (
              <Fragment key={group.items[0]?.id}>
                {index > 0 && <Base.Separator className={css.separator} />}
                {group.label && <div className={css.groupLabel}>{group.label}</div>}
                {group.items.map((item) => (
                  <Item key={item.id} item={item} />
                ))}
              </Fragment>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { Fragment } from "react";
import { cx } from "@/lib/cx";
import type { MenuItem, MenuProps } from "./menu";
import css from "./popup.module.css";

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

export interface MenuLayerProps extends Omit<MenuProps, "trigger" | "open" | "onOpenChange"> {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** What a menu shows; fetched when the first one opens. */
export function MenuLayer(props: MenuLayerProps) {
  const { anchor, open, onOpenChange, groups, side = "bottom", align = "start" } = props;
  const shown = groups.filter((group) => group.items.length > 0);
  return (
    <Base.Root modal={false} open={open} onOpenChange={(next) => onOpenChange(next)}>
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

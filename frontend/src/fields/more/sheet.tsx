/** What opens from a value: a popover beside it, on a phone a sheet over the whole screen. */
import { Check } from "lucide-react";
import { type ReactNode, useState } from "react";
import { t } from "@/lib/i18n";
import { phone, useMedia } from "@/lib/use-media";
import { IconButton } from "@/ui/button";
import { Drawer } from "@/ui/drawer";
import { Popover } from "@/ui/popover";
import { type FieldInputProps, Shown } from "../field-input";
import fieldsCss from "../fields.module.css";
import css from "./pane.module.css";

export interface OpensProps extends FieldInputProps {
  readonly children: (close: () => void) => ReactNode;
}

export function Opens(props: OpensProps) {
  const { field, readOnly, children } = props;
  const [open, setOpen] = useState(false);
  const small = useMedia(phone);
  const close = () => setOpen(false);
  const trigger = (
    <button
      type="button"
      className={fieldsCss.place}
      data-off={readOnly}
      disabled={readOnly}
      aria-label={t("fields.edit", { name: field.name })}
      {...(small && { onClick: () => setOpen(true) })}
    >
      <Shown {...props} />
    </button>
  );
  if (!small) {
    return (
      <Popover trigger={trigger} open={open} onOpenChange={setOpen} offset={4} label={field.name}>
        {children(close)}
      </Popover>
    );
  }
  return (
    <>
      {trigger}
      <Drawer open={open} onClose={close} label={field.name}>
        <div className={css.sheet}>
          <div className={css.sheetHead}>
            <span>{field.name}</span>
            <IconButton size={40} label={t("kinds.done")} onClick={close}>
              <Check size={20} />
            </IconButton>
          </div>
          {open && children(close)}
        </div>
      </Drawer>
    </>
  );
}

/** What opens from a value: a popover beside it, on a phone a sheet over the whole screen. */
import { Check, X } from "lucide-react";
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
  /** It has a button of its own that takes what is in it: the sheet's only leaves it. */
  readonly form?: boolean;
  readonly children: (close: () => void) => ReactNode;
}

export function Opens(props: OpensProps) {
  const { field, readOnly, form = false, children } = props;
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
            <IconButton size={40} label={t(form ? "common.close" : "kinds.done")} onClick={close}>
              {form ? <X size={20} /> : <Check size={20} />}
            </IconButton>
          </div>
          {open && children(close)}
        </div>
      </Drawer>
    </>
  );
}

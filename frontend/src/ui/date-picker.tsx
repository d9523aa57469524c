import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { formatDay } from "@/lib/i18n/format";
import { Calendar } from "./calendar";
import { useFieldButton } from "./field";
import field from "./field.module.css";
import { Popover } from "./popover";
import css from "./select.module.css";

export interface DatePickerProps {
  readonly value: string | undefined;
  readonly onChange: (day: string | undefined) => void;
  readonly label?: string;
  readonly placeholder?: string;
  readonly size?: 30 | 34 | 40;
  readonly weekStart?: number;
  readonly disabled?: boolean;
}

export function DatePicker(props: DatePickerProps) {
  const { value, onChange, label, placeholder, size = 34, weekStart = 1, disabled } = props;
  const [open, setOpen] = useState(false);
  const text = value ? formatDay(value) : (placeholder ?? t("common.selectPlaceholder"));
  const { button, valueId } = useFieldButton(label, text);
  const trigger = (
    <button
      type="button"
      {...button}
      disabled={disabled}
      className={cx(field.input, field[`s${size}`], css.trigger)}
      data-bad={Boolean(button["aria-invalid"])}
    >
      <CalendarDays aria-hidden="true" />
      <span id={valueId} className={value ? css.value : css.placeholder}>
        {text}
      </span>
    </button>
  );
  return (
    <Popover trigger={trigger} open={open} onOpenChange={setOpen} offset={4}>
      <Calendar
        value={value}
        weekStart={weekStart}
        onPick={(day) => {
          onChange(day);
          setOpen(false);
        }}
      />
    </Popover>
  );
}

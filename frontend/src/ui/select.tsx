import { ChevronDown, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { useFieldButton } from "./field";
import field from "./field.module.css";
import { Listbox, type Option } from "./listbox";
import { Popover } from "./popover";
import css from "./select.module.css";

interface Shared {
  /** Its name, where no Field gives one. */
  readonly label?: string;
  readonly options: readonly Option[];
  readonly placeholder?: string;
  readonly size?: 30 | 34 | 40;
  readonly disabled?: boolean;
  /** A search line in the list; by default from nine options on. */
  readonly search?: boolean;
  readonly onSearch?: (text: string) => void;
  readonly onCreate?: (text: string) => void;
  readonly className?: string | undefined;
}

export interface SelectProps extends Shared {
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

interface TriggerProps extends Shared {
  /** The chosen, as text. */
  readonly text: string;
  readonly children: ReactNode;
  readonly list: (close: () => void) => ReactNode;
}

function Frame({ label, text, size = 34, disabled, className, children, list }: TriggerProps) {
  const [open, setOpen] = useState(false);
  const { button, valueId } = useFieldButton(label, text);
  const trigger = (
    <button
      type="button"
      {...button}
      aria-haspopup="listbox"
      disabled={disabled}
      className={cx(field.input, field[`s${size}`], css.trigger, className)}
      data-bad={Boolean(button["aria-invalid"])}
    >
      <span id={valueId} className={css.content}>
        {children}
      </span>
      <ChevronDown className={css.chevron} aria-hidden="true" />
    </button>
  );
  return (
    <Popover trigger={trigger} open={open} onOpenChange={setOpen} className={css.popup} offset={4}>
      {list(() => setOpen(false))}
    </Popover>
  );
}

/** One of several, chosen from a list. */
export function Select(props: SelectProps) {
  const {
    value,
    onChange,
    options,
    placeholder,
    label,
    search = options.length > 8,
    onSearch,
    onCreate,
  } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Frame
      {...props}
      text={chosen?.label ?? ""}
      list={(close) => (
        <Listbox
          label={label ?? placeholder ?? t("common.selectPlaceholder")}
          options={options}
          selected={value === undefined ? [] : [value]}
          search={search}
          {...(onSearch && { onSearch })}
          {...(onCreate && {
            onCreate: (text: string) => {
              onCreate(text);
              close();
            },
          })}
          onPick={(picked) => {
            onChange(picked);
            close();
          }}
        />
      )}
    >
      {chosen?.icon}
      <span className={chosen ? css.value : css.placeholder}>
        {chosen ? (chosen.show ?? chosen.label) : (placeholder ?? t("common.selectPlaceholder"))}
      </span>
    </Frame>
  );
}

export interface MultiSelectProps extends Shared {
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
}

/** Several of many, shown as chips. */
export function MultiSelect(props: MultiSelectProps) {
  const {
    value,
    onChange,
    options,
    placeholder,
    label,
    search = options.length > 8,
    onSearch,
    onCreate,
  } = props;
  const chosen = options.filter((option) => value.includes(option.value));
  const toggle = (picked: string) =>
    onChange(value.includes(picked) ? value.filter((one) => one !== picked) : [...value, picked]);
  return (
    <Frame
      {...props}
      text={chosen.map((option) => option.label).join(", ")}
      className={cx(css.multi, props.className)}
      list={() => (
        <Listbox
          multiple
          label={label ?? placeholder ?? t("common.selectPlaceholder")}
          options={options}
          selected={value}
          search={search}
          {...(onSearch && { onSearch })}
          {...(onCreate && { onCreate })}
          onPick={toggle}
        />
      )}
    >
      {chosen.length === 0 && (
        <span className={css.placeholder}>{placeholder ?? t("common.selectPlaceholder")}</span>
      )}
      {chosen.length > 0 && (
        <span className={css.chips}>
          {chosen.map((option) => (
            <span key={option.value} className={css.chip}>
              {option.show ?? option.label}
              {/* A pointer shortcut; the list is the keyboard's way. */}
              <X
                size={12}
                aria-hidden="true"
                onClick={(event) => {
                  event.stopPropagation();
                  toggle(option.value);
                }}
              />
            </span>
          ))}
        </span>
      )}
    </Frame>
  );
}

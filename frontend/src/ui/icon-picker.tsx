import { type KeyboardEvent, useRef } from "react";
import { t } from "@/lib/i18n";
import { IconButton } from "./button";
import { ColorSwatches } from "./color-swatches";
import css from "./icon-picker.module.css";
import { iconNames } from "./icon-set";
import { IconTile, NamedIcon } from "./icon-tile";
import { type Color, colorOf } from "./palette";
import { Popover } from "./popover";

export interface Look {
  readonly icon: string;
  readonly color: Color;
}

export interface IconPickerProps {
  readonly icon: string | undefined;
  readonly color: string | undefined;
  readonly size?: number;
  readonly onChange: (look: Look) => void;
}

const columns = 11;

/** The tile of an app or a table as a button that changes its icon and colour. */
export function IconPicker({ icon, color, size = 40, onChange }: IconPickerProps) {
  const grid = useRef<HTMLDivElement>(null);
  const current = { icon: icon ?? "table-2", color: colorOf(color, "blue") };
  function handleKey(event: KeyboardEvent, index: number): void {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
    };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      grid.current?.querySelectorAll("button")[index + step]?.focus();
    }
  }
  const trigger = (
    <button type="button" className={css.trigger} aria-label={t("common.iconAndColor")}>
      <IconTile {...current} size={size} />
    </button>
  );
  return (
    <Popover trigger={trigger} label={t("common.iconAndColor")} className={css.popup}>
      <ColorSwatches value={current.color} onChange={(next) => onChange({ ...current, color: next })} />
      <div ref={grid} className={css.grid}>
        {iconNames.map((name, index) => (
          <IconButton
            key={name}
            label={name}
            title=""
            active={name === current.icon}
            aria-pressed={name === current.icon}
            tabIndex={name === current.icon || (index === 0 && !iconNames.includes(current.icon)) ? 0 : -1}
            onClick={() => onChange({ ...current, icon: name })}
            onKeyDown={(event) => handleKey(event, index)}
          >
            <NamedIcon icon={name} />
          </IconButton>
        ))}
      </div>
    </Popover>
  );
}

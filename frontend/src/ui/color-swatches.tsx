import { Check } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { t } from "@/lib/i18n";
import css from "./color-swatches.module.css";
import { type Color, colors } from "./palette";
import { arrowTo } from "./segmented";

export interface ColorSwatchesProps {
  readonly label?: string;
  readonly value: Color;
  readonly onChange: (color: Color) => void;
}

export function ColorSwatches({ label = t("common.color"), value, onChange }: ColorSwatchesProps) {
  const root = useRef<HTMLDivElement>(null);
  function handleKey(event: KeyboardEvent, index: number): void {
    const to = arrowTo(event, index, colors.length);
    const next = to === undefined ? undefined : colors[to];
    if (next && to !== undefined) {
      onChange(next);
      root.current?.querySelectorAll<HTMLElement>("[role=radio]")[to]?.focus();
    }
  }
  return (
    <div ref={root} role="radiogroup" aria-label={label} className={css.swatches}>
      {colors.map((color, index) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons with one tab stop
        <button
          key={color}
          type="button"
          role="radio"
          aria-checked={color === value}
          aria-label={t(`color.${color}`)}
          title={t(`color.${color}`)}
          tabIndex={color === value ? 0 : -1}
          style={{ background: `var(--opt-${color})` }}
          onClick={() => onChange(color)}
          onKeyDown={(event) => handleKey(event, index)}
        >
          {color === value && <Check size={14} strokeWidth={3} aria-hidden="true" />}
        </button>
      ))}
    </div>
  );
}

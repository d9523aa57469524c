import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { cx } from "@/lib/cx";
import css from "./segmented.module.css";

export interface Segment<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly count?: number;
}

export interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly segments: readonly Segment<T>[];
  readonly onChange: (value: T) => void;
  readonly wide?: boolean;
}

/** Arrow keys over things of which one is chosen: answers the index to go to. */
export function arrowTo(event: KeyboardEvent, from: number, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step === undefined) {
    return undefined;
  }
  event.preventDefault();
  return (from + step + count) % count;
}

/** A few choices side by side, one in force. */
export function Segmented<T extends string>({ label, value, segments, onChange, wide }: SegmentedProps<T>) {
  const root = useRef<HTMLDivElement>(null);
  function handleKey(event: KeyboardEvent, index: number): void {
    const to = arrowTo(event, index, segments.length);
    const next = to === undefined ? undefined : segments[to];
    if (next && to !== undefined) {
      onChange(next.value);
      root.current?.querySelectorAll<HTMLElement>("[role=radio]")[to]?.focus();
    }
  }
  return (
    <div ref={root} role="radiogroup" aria-label={label} className={cx(css.segmented, wide && css.wide)}>
      {segments.map((segment, index) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons with one tab stop
        <button
          key={segment.value}
          type="button"
          role="radio"
          aria-checked={segment.value === value}
          tabIndex={segment.value === value ? 0 : -1}
          onClick={() => onChange(segment.value)}
          onKeyDown={(event) => handleKey(event, index)}
        >
          {segment.icon}
          {segment.label}
          {segment.count !== undefined && <em>{segment.count}</em>}
        </button>
      ))}
    </div>
  );
}

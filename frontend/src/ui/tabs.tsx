import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { cx } from "@/lib/cx";
import { arrowTo } from "./segmented";
import css from "./tabs.module.css";

export interface Tab<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly count?: number;
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly tabs: readonly Tab<T>[];
  readonly onChange: (value: T) => void;
  /** The id of the panel that the tabs fill. */
  readonly panel?: string;
  readonly className?: string | undefined;
}

/** Tabs with a 2 px underline; the page draws the panel. */
export function Tabs<T extends string>({ label, value, tabs, onChange, panel, className }: TabsProps<T>) {
  const root = useRef<HTMLDivElement>(null);
  // The tab that is open stands in view on a narrow screen; scrolling is outside React.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another place
  useEffect(() => {
    const list = root.current;
    const open = list?.querySelector<HTMLElement>("[aria-selected=true]");
    if (list && open) {
      const end = open.offsetLeft - list.offsetLeft + open.offsetWidth;
      list.scrollLeft = Math.max(0, end - list.clientWidth);
    }
  }, [value]);
  function handleKey(event: KeyboardEvent, index: number): void {
    const to = event.key.startsWith("Arrow") ? arrowTo(event, index, tabs.length) : undefined;
    const next = to === undefined ? undefined : tabs[to];
    if (next && to !== undefined) {
      onChange(next.value);
      root.current?.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
    }
  }
  return (
    <div ref={root} role="tablist" aria-label={label} className={cx(css.tabs, className)}>
      {tabs.map((tab, index) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          aria-controls={panel}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
          onKeyDown={(event) => handleKey(event, index)}
        >
          {tab.icon}
          {tab.label}
          {tab.count !== undefined && <em>{tab.count}</em>}
        </button>
      ))}
    </div>
  );
}

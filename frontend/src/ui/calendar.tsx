import { ChevronLeft, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { addDays, addMonths, dayIn, isDay, monthWeeks, weekStartOf } from "@/lib/calendar";
import { t } from "@/lib/i18n";
import { formatDay, timeZone } from "@/lib/i18n/format";
import { Button, IconButton } from "./button";
import css from "./calendar.module.css";

export interface CalendarProps {
  readonly value: string | undefined;
  readonly onPick: (day: string | undefined) => void;
  /** 0 is Sunday; the default is Monday. */
  readonly weekStart?: number;
  /** Takes the focus when it appears. */
  readonly focus?: boolean;
}

/** Where a key goes: in days, in months, or to an end of the week. */
const dayKeys: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const monthKeys: Readonly<Record<string, number>> = { PageUp: -1, PageDown: 1 };
const weekKeys: Readonly<Record<string, number>> = { Home: 0, End: 6 };

function moved({ key, shiftKey }: KeyboardEvent, day: string, weekStart: number): string | undefined {
  const days = dayKeys[key];
  const months = monthKeys[key];
  const inWeek = weekKeys[key];
  if (days) {
    return addDays(day, days);
  }
  if (months) {
    return addMonths(day, months * (shiftKey ? 12 : 1));
  }
  return inWeek === undefined ? undefined : addDays(weekStartOf(day, weekStart), inWeek);
}

/** A month of days; arrows move, Enter picks. */
export function Calendar({ value, onPick, weekStart = 1, focus = true }: CalendarProps) {
  const today = dayIn(timeZone(), new Date());
  const [at, setAt] = useState(isDay(value) ? value : today);
  const grid = useRef<HTMLTableElement>(null);
  const keep = useRef(focus);
  const weeks = monthWeeks(at, weekStart);

  function handleKey(event: KeyboardEvent): void {
    const next = moved(event, at, weekStart);
    if (next) {
      event.preventDefault();
      keep.current = true;
      setAt(next);
    }
  }

  // The focus stands on the day that the arrows moved to.
  useEffect(() => {
    if (keep.current) {
      grid.current?.querySelector<HTMLElement>(`[data-day="${at}"]`)?.focus();
    }
    keep.current = false;
  }, [at]);

  return (
    <div className={css.calendar}>
      <div className={css.head}>
        <strong aria-live="polite">{formatDay(at, { year: "numeric", month: "long" })}</strong>
        <IconButton size={24} label={t("common.previousMonth")} onClick={() => setAt(addMonths(at, -1))}>
          <ChevronLeft size={16} />
        </IconButton>
        <IconButton size={24} label={t("common.nextMonth")} onClick={() => setAt(addMonths(at, 1))}>
          <ChevronRight size={16} />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid of days has the role grid */}
      <table ref={grid} role="grid" onKeyDown={handleKey}>
        <thead>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={day} abbr={formatDay(day, { weekday: "long" })}>
                {formatDay(day, { weekday: "narrow" })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td key={day}>
                  <button
                    type="button"
                    data-day={day}
                    data-other={day.slice(0, 7) !== at.slice(0, 7)}
                    data-today={day === today}
                    aria-label={formatDay(day, { dateStyle: "full" })}
                    aria-pressed={day === value}
                    tabIndex={day === at ? 0 : -1}
                    onClick={() => onPick(day)}
                  >
                    {Number(day.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={css.foot}>
        <Button onClick={() => onPick(today)}>{t("common.today")}</Button>
        <Button onClick={() => onPick(undefined)} disabled={!value}>
          {t("common.clear")}
        </Button>
      </div>
    </div>
  );
}

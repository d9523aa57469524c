import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { formatTime } from "@/lib/i18n/format";
import { IconButton } from "@/ui/button";
import { daysOfMonth } from "./days";
import css from "./work.module.css";
import { type WorkCalendar, weekdays } from "./work-api";

type Kind = "work" | "off" | "holiday" | "makeup";

interface YearProps {
  readonly calendar: WorkCalendar;
  /** Makes a day a holiday, a make-up day, or an ordinary one again. */
  readonly onDay: (date: string, kind: Kind) => void;
}

export function kindOf(calendar: WorkCalendar, date: string, weekday: number): Kind {
  if (calendar.holidays.includes(date)) {
    return "holiday";
  }
  if (calendar.makeupDays.includes(date)) {
    return "makeup";
  }
  const name = weekdays[weekday];
  return name !== undefined && (calendar.hours[name] ?? []).length > 0 ? "work" : "off";
}

/** What a click makes of a day: work days become holidays, free days make-up days, and back. */
function next(kind: Kind): Kind {
  if (kind === "work") {
    return "holiday";
  }
  return kind === "off" ? "makeup" : "work";
}

const monthName = (year: number, month: number) =>
  formatTime(`${year}-${String(month).padStart(2, "0")}-15T12:00:00Z`, { month: "long" });

/** A year at a glance, with its holidays and make-up days. */
export function YearView({ calendar, onDay }: YearProps) {
  const [year, setYear] = useState(() => new Date().getFullYear());
  return (
    <div className={css.year}>
      <div className={css.yearHead}>
        <IconButton label={t("work.before")} onClick={() => setYear(year - 1)}>
          <ChevronLeft size={16} />
        </IconButton>
        <b>{year}</b>
        <IconButton label={t("work.after")} onClick={() => setYear(year + 1)}>
          <ChevronRight size={16} />
        </IconButton>
        <span className={css.legend}>
          <i data-kind="holiday" />
          {t("work.kind.holiday")}
          <i data-kind="makeup" />
          {t("work.kind.makeup")}
        </span>
      </div>
      <div className={css.months}>
        {Array.from({ length: 12 }, (_, i) => i + 1).map((month) => (
          <section key={month} className={css.month}>
            <h4>{monthName(year, month)}</h4>
            <div className={css.days}>
              {daysOfMonth(year, month).map(({ date, day, weekday }) => {
                const kind = kindOf(calendar, date, weekday);
                return (
                  <button
                    key={date}
                    type="button"
                    className={cx(css.day)}
                    data-kind={kind}
                    style={day === 1 ? { gridColumnStart: weekday + 1 } : undefined}
                    aria-label={`${date} ${t(`work.kind.${kind}`)}`}
                    onClick={() => onDay(date, next(kind))}
                  >
                    {day}
                  </button>
                );
              })}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}

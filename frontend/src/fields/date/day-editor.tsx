import { Clock } from "lucide-react";
import { useState } from "react";
import type { Field } from "@/api/types";
import { t } from "@/lib/i18n";
import { Calendar } from "@/ui/calendar";
import { useFields } from "../context";
import css from "../fields.module.css";
import { clockAt, dayAt, momentIn } from "./parse";

export interface DayEditorProps {
  readonly field: Field;
  readonly value: unknown;
  readonly focus?: boolean;
  /** `done`: nothing more is to be chosen. */
  readonly onChange: (value: string | null, done: boolean) => void;
}

/** A month to choose a day from; with the time of day for moments. */
export function DayEditor({ field, value, focus = true, onChange }: DayEditorProps) {
  const { timeZone, weekStart } = useFields();
  const zone = field.options.timeZone ?? timeZone;
  const moment = field.type === "dateTime";
  const at = moment && typeof value === "string" ? Date.parse(value) : Number.NaN;
  const known = Number.isNaN(at);
  const day = moment ? known || dayAt(zone, at) : value;
  const [clock, setClock] = useState(known ? "09:00" : clockAt(zone, at));

  function send(nextDay: string | undefined, nextClock: string, done: boolean): void {
    if (nextDay === undefined) {
      onChange(null, done);
    } else if (moment) {
      const [h = 0, m = 0] = nextClock.split(":").map(Number);
      onChange(new Date(momentIn(zone, nextDay, { h, m, s: 0 })).toISOString(), done);
    } else {
      onChange(nextDay, done);
    }
  }

  return (
    <div className={css.pop}>
      <Calendar
        key={String(day)}
        value={typeof day === "string" ? day : undefined}
        weekStart={weekStart}
        focus={focus}
        onPick={(picked) => send(picked, clock, !moment || picked === undefined)}
      />
      {moment && (
        <label className={css.time}>
          <Clock size={14} aria-hidden="true" />
          <span>{t("fields.time")}</span>
          <input
            type="time"
            value={clock}
            onChange={(event) => {
              setClock(event.target.value);
              if (typeof day === "string" && event.target.value) {
                send(day, event.target.value, false);
              }
            }}
          />
        </label>
      )}
    </div>
  );
}

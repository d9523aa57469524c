import { Copy, Plus, X } from "lucide-react";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { Input } from "@/ui/input";
import { Switch } from "@/ui/toggles";
import css from "./work.module.css";
import { type Hours, type Span, type Weekday, weekdays } from "./work-api";

interface WeekProps {
  readonly hours: Hours;
  readonly onChange: (hours: Hours) => void;
}

const usual: readonly Span[] = [
  ["09:00", "12:00"],
  ["13:00", "18:00"],
];

function Day({ name, hours, onChange }: WeekProps & { readonly name: Weekday }) {
  const spans = hours[name] ?? [];
  const set = (next: readonly Span[]) => onChange({ ...hours, [name]: next });
  const change = (index: number, span: Span) => set(spans.map((one, i) => (i === index ? span : one)));
  const label = t(`work.${name}`);
  return (
    <li>
      <Switch
        aria-label={label}
        checked={spans.length > 0}
        onChange={(on) => set(on ? (Object.values(hours).find((one) => one.length > 0) ?? usual) : [])}
      />
      <span className={css.weekday}>{label}</span>
      <div className={css.spans}>
        {spans.length === 0 && <small>{t("work.kind.off")}</small>}
        {spans.map(([from, to], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have no names
          <span key={index} className={css.span}>
            <Input
              size={30}
              type="time"
              aria-label={`${label} ${t("table.from")}`}
              value={from}
              onChange={(value) => change(index, [value, to])}
            />
            {"\u2013"}
            <Input
              size={30}
              type="time"
              aria-label={`${label} ${t("table.to")}`}
              value={to}
              onChange={(value) => change(index, [from, value])}
            />
            <IconButton
              size={24}
              label={t("work.removeSpan")}
              onClick={() => set(spans.filter((_, i) => i !== index))}
            >
              <X size={13} />
            </IconButton>
          </span>
        ))}
      </div>
      {spans.length > 0 && (
        <>
          <IconButton
            size={24}
            label={t("work.addSpan")}
            onClick={() => set([...spans, [spans.at(-1)?.[1] ?? "09:00", "20:00"]])}
          >
            <Plus size={14} />
          </IconButton>
          <IconButton
            size={24}
            label={t("work.copyDay")}
            onClick={() =>
              onChange(
                Object.fromEntries(
                  weekdays.map((day) => [day, (hours[day] ?? []).length > 0 ? spans : []]),
                ) as Hours,
              )
            }
          >
            <Copy size={14} />
          </IconButton>
        </>
      )}
    </li>
  );
}

/** The working hours of each weekday. */
export function WeekHours(props: WeekProps) {
  return (
    <ul className={css.week}>
      {weekdays.map((name) => (
        <Day key={name} name={name} {...props} />
      ))}
    </ul>
  );
}

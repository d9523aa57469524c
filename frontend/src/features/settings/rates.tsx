import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { formatDay } from "@/lib/i18n/format";
import { Button, IconButton } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import settings from "./settings.module.css";
import css from "./work.module.css";
import { type DayRates, useRates, useSetRates } from "./work-api";

const currencies = ["CNY", "USD", "EUR", "HKD", "JPY", "GBP", "KRW", "TWD", "SGD"];
const options = currencies.map((code) => ({ value: code, label: code }));
const today = () => new Date().toLocaleDateString("sv-SE");

interface FormProps {
  readonly from: DayRates;
  readonly onDone: () => void;
}

function RateForm({ from, onDone }: FormProps) {
  const save = useSetRates();
  const [date, setDate] = useState(from.date);
  const [base, setBase] = useState(from.base);
  const [lines, setLines] = useState(() => Object.entries(from.rates));
  const [error, setError] = useState("");
  const change = (index: number, line: [string, string]) =>
    setLines(lines.map((one, i) => (i === index ? line : one)));
  const free = currencies.find((code) => code !== base && !lines.some(([one]) => one === code));
  async function handleSave(): Promise<void> {
    setError("");
    try {
      await save.mutateAsync({
        date,
        base,
        rates: Object.fromEntries(lines.filter(([, rate]) => rate.trim() !== "")),
      });
      toast({ kind: "good", text: t("settings.saved") });
      onDone();
    } catch (problem) {
      setError(errorText(problem));
    }
  }
  return (
    <div className={css.paste}>
      <div className={css.line}>
        <Input size={34} type="date" aria-label={t("work.date")} value={date} onChange={setDate} />
        <Select label={t("work.base")} value={base} options={options} onChange={setBase} />
      </div>
      {lines.map(([code, rate], index) => (
        <div key={code} className={css.line}>
          <span className={css.one}>{"1"}</span>
          <Select
            label={t("table.currency")}
            value={code}
            options={options.filter(
              ({ value }) => value === code || !lines.some(([one]) => one === value || value === base),
            )}
            onChange={(next) => change(index, [next, rate])}
          />
          <span className={css.one}>{"="}</span>
          <Input
            inputMode="decimal"
            aria-label={t("work.rateOf", { code })}
            value={rate}
            end={<small>{base}</small>}
            onChange={(next) => change(index, [code, next])}
          />
          <IconButton
            label={t("work.removeRate")}
            onClick={() => setLines(lines.filter((_, i) => i !== index))}
          >
            <Trash2 size={15} />
          </IconButton>
        </div>
      ))}
      <div className={css.line}>
        {free && (
          <Button icon={<Plus />} onClick={() => setLines([...lines, [free, ""]])}>
            {t("work.addRate")}
          </Button>
        )}
        <span className={css.grow} />
        <Button kind="line" size={34} onClick={onDone}>
          {t("common.cancel")}
        </Button>
        <Button
          kind="primary"
          size={34}
          busy={save.isPending}
          disabled={date === "" || !lines.some(([, rate]) => rate.trim() !== "")}
          onClick={() => void handleSave()}
        >
          {t("common.save")}
        </Button>
      </div>
      {error && (
        <p role="alert" className={settings.bad}>
          {error}
        </p>
      )}
    </div>
  );
}

/** What currencies are worth, by day. */
export function Rates() {
  const { data, error } = useRates();
  const save = useSetRates();
  const [editing, setEditing] = useState<DayRates>();
  if (data === undefined) {
    return error ? <EmptyState title={errorText(error)} /> : <SkeletonRows />;
  }
  async function handleRemove(day: DayRates): Promise<void> {
    try {
      await save.mutateAsync({ ...day, rates: {} });
      toast({
        kind: "good",
        text: t("work.rateRemoved", { date: formatDay(day.date) }),
        action: { label: t("common.undo"), onAct: () => save.mutate(day) },
      });
    } catch (problem) {
      toast({ kind: "bad", text: errorText(problem) });
    }
  }
  const [latest] = data;
  return (
    <div className={settings.wide}>
      <div className={settings.top}>
        <p className={settings.lead}>{t("work.ratesText")}</p>
        <Button
          kind="line"
          icon={<Plus />}
          onClick={() =>
            setEditing({ date: today(), base: latest?.base ?? "CNY", rates: latest?.rates ?? { USD: "" } })
          }
        >
          {t("work.newDay")}
        </Button>
      </div>
      {editing && <RateForm key={editing.date} from={editing} onDone={() => setEditing(undefined)} />}
      {data.length === 0 && !editing && <EmptyState title={t("work.noRates")} text={t("work.noRatesText")} />}
      {data.length > 0 && (
        <ul className={css.rates}>
          {data.map((day) => (
            <li key={`${day.date}${day.base}`}>
              <button type="button" onClick={() => setEditing(day)}>
                <b>{formatDay(day.date)}</b>
                <span>
                  {Object.entries(day.rates).map(([code, rate]) => (
                    <span key={code} className={css.rate}>
                      {`1 ${code} = ${rate} ${day.base}`}
                    </span>
                  ))}
                </span>
              </button>
              <IconButton label={t("work.removeDay")} onClick={() => void handleRemove(day)}>
                <Trash2 size={15} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

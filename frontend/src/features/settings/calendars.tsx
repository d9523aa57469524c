import { CalendarDays, CalendarPlus, ClipboardPaste, Trash2 } from "lucide-react";
import { useState } from "react";
import { ApiError, errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { Field } from "@/ui/field";
import { Input, Textarea } from "@/ui/input";
import { Menu } from "@/ui/menu";
import { Segmented } from "@/ui/segmented";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import { Checkbox } from "@/ui/toggles";
import { chinaYears, withChina } from "./china";
import { daysIn } from "./days";
import settings from "./settings.module.css";
import { WeekHours } from "./week-hours";
import css from "./work.module.css";
import {
  useCalendars,
  useCreateCalendar,
  useDeleteCalendar,
  useUpdateCalendar,
  type WorkCalendar,
} from "./work-api";
import { YearView } from "./year-view";

/** What is wrong, with the day and the line that it is about. */
function wrongText(error: unknown): string {
  const [part, day, line] = error instanceof ApiError ? (error.field ?? "").split(".") : [];
  if (part === "hours" && day) {
    const name = t(`work.${day as "mon"}`);
    return `${name}${line ? ` ${t("work.span", { number: Number(line) + 1 })}` : ""}: ${errorText(error)}`;
  }
  return errorText(error);
}

function Paste({ onDays }: { readonly onDays: (kind: "holidays" | "makeupDays", days: string[]) => void }) {
  const [text, setText] = useState("");
  const [kind, setKind] = useState<"holidays" | "makeupDays">("holidays");
  const days = daysIn(text);
  return (
    <div className={css.paste}>
      <Textarea
        rows={4}
        aria-label={t("work.paste")}
        placeholder={t("work.pasteHint")}
        value={text}
        onChange={setText}
      />
      <div className={css.line}>
        <Segmented
          label={t("work.pasteAs")}
          value={kind}
          segments={[
            { value: "holidays", label: t("work.kind.holiday") },
            { value: "makeupDays", label: t("work.kind.makeup") },
          ]}
          onChange={setKind}
        />
        <Button kind="line" disabled={days.length === 0} onClick={() => onDays(kind, days)}>
          {t("work.addDays", { count: days.length })}
        </Button>
      </div>
    </div>
  );
}

function Editor({ calendar }: { readonly calendar: WorkCalendar }) {
  const [draft, setDraft] = useState(calendar);
  const [pasting, setPasting] = useState(false);
  const [error, setError] = useState("");
  const update = useUpdateCalendar();
  const changed = JSON.stringify(draft) !== JSON.stringify(calendar);
  async function handleSave(): Promise<void> {
    const { id, name, hours, holidays, makeupDays } = draft;
    setError("");
    try {
      await update.mutateAsync({
        id,
        name: name.trim(),
        hours,
        holidays,
        makeupDays,
        ...(draft.default !== calendar.default && { default: draft.default }),
      });
      toast({ kind: "good", text: t("settings.saved") });
    } catch (problem) {
      setError(wrongText(problem));
    }
  }
  const without = (days: readonly string[], date: string) => days.filter((one) => one !== date);
  return (
    <div className={css.editor}>
      <div className={css.narrow}>
        <Field label={t("work.name")}>
          <Input maxLength={100} value={draft.name} onChange={(name) => setDraft({ ...draft, name })} />
        </Field>
        <Checkbox
          checked={draft.default}
          disabled={calendar.default}
          onChange={(on) => setDraft({ ...draft, default: on })}
        >
          {t("work.isDefault")}
        </Checkbox>
      </div>
      <h3>{t("work.hours")}</h3>
      <WeekHours hours={draft.hours} onChange={(hours) => setDraft({ ...draft, hours })} />
      <div className={settings.top}>
        <h3>{t("work.days")}</h3>
        <div className={css.line}>
          <Menu
            label={t("work.china")}
            align="end"
            trigger={<Button icon={<CalendarDays />}>{t("work.china")}</Button>}
            groups={[
              {
                items: chinaYears.map((year) => ({
                  id: String(year),
                  label: t("work.year", { year }),
                  onSelect: () => setDraft({ ...draft, ...withChina(draft, year) }),
                })),
              },
            ]}
          />
          <Button icon={<ClipboardPaste />} onClick={() => setPasting(!pasting)}>
            {t("work.paste")}
          </Button>
        </div>
      </div>
      {pasting && (
        <Paste
          onDays={(kind, days) => {
            const other = kind === "holidays" ? "makeupDays" : "holidays";
            setDraft({
              ...draft,
              [kind]: [...new Set([...draft[kind], ...days])].sort(),
              [other]: draft[other].filter((day) => !days.includes(day)),
            });
            setPasting(false);
          }}
        />
      )}
      <p className={settings.lead}>{t("work.daysHint")}</p>
      <YearView
        calendar={draft}
        onDay={(date, kind) => {
          const holidays = without(draft.holidays, date);
          const makeupDays = without(draft.makeupDays, date);
          setDraft({
            ...draft,
            holidays: kind === "holiday" ? [...holidays, date].sort() : holidays,
            makeupDays: kind === "makeup" ? [...makeupDays, date].sort() : makeupDays,
          });
        }}
      />
      <div className={css.save}>
        {error && (
          <p role="alert" className={settings.bad}>
            {error}
          </p>
        )}
        {changed && (
          <Button size={34} onClick={() => setDraft(calendar)}>
            {t("work.discard")}
          </Button>
        )}
        <Button
          kind="primary"
          size={34}
          disabled={!changed || draft.name.trim() === ""}
          busy={update.isPending}
          onClick={() => void handleSave()}
        >
          {t("common.save")}
        </Button>
      </div>
    </div>
  );
}

/** Working hours, holidays and make-up days. */
export function Calendars() {
  const { data, error } = useCalendars();
  const create = useCreateCalendar();
  const remove = useDeleteCalendar();
  const [chosen, setChosen] = useState<string>();
  const [removing, setRemoving] = useState(false);
  const shown = data?.find((one) => one.id === chosen) ?? data?.find((one) => one.default) ?? data?.[0];
  async function run(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (problem) {
      toast({ kind: "bad", text: errorText(problem) });
    }
  }
  const handleAdd = () =>
    run(async () => {
      const number = (data?.length ?? 0) + 1;
      const made = await create.mutateAsync({
        template: "workweek",
        ...(number > 1 && { name: t("work.newName", { number }) }),
      });
      setChosen(made.id);
    });
  if (data === undefined) {
    return error ? <EmptyState title={errorText(error)} /> : <SkeletonRows />;
  }
  return (
    <div className={css.wide}>
      <div className={settings.top}>
        <p className={settings.lead}>{t("work.calendarsText")}</p>
        <Button kind="line" icon={<CalendarPlus />} onClick={() => void handleAdd()}>
          {t("work.add")}
        </Button>
      </div>
      {data.length === 0 && <EmptyState title={t("work.none")} text={t("work.noneText")} />}
      {shown && (
        <>
          <div className={css.line}>
            {data.length > 1 && (
              <Segmented
                label={t("work.calendars")}
                value={shown.id}
                segments={data.map(({ id, name }) => ({ value: id, label: name }))}
                onChange={setChosen}
              />
            )}
            <Button icon={<Trash2 />} onClick={() => setRemoving(true)}>
              {t("work.remove")}
            </Button>
          </div>
          <Editor key={`${shown.id}${JSON.stringify(shown)}`} calendar={shown} />
        </>
      )}
      {removing && shown && (
        <Confirm
          danger
          title={t("work.removeTitle", { name: shown.name })}
          text={t("work.removeText")}
          act={t("common.delete")}
          onClose={() => setRemoving(false)}
          onAct={async () => {
            await run(() => remove.mutateAsync(shown.id));
            setRemoving(false);
          }}
        />
      )}
    </div>
  );
}

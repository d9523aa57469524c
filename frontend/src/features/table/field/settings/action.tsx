/** Buttons and the clocks of service levels. */
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { List, Ref } from "@/api/types";
import { t } from "@/lib/i18n";
import { Segmented } from "@/ui/segmented";
import { FormulaBox } from "../formula-box";
import { ProblemLine } from "../problem";
import { NumberRow, PickRow, type SettingProps, TextRow } from "./parts";

export function ButtonAction(props: SettingProps) {
  const { draft, entity, set } = props;
  return (
    <>
      <TextRow
        label={t("fset.buttonLabel")}
        value={draft.options.label}
        placeholder={draft.name}
        onChange={(text) => set("label", text)}
      />
      <FormulaBox
        label={t("fset.buttonUrl")}
        value={String(draft.options.url ?? "")}
        fields={entity.fields}
        entity={entity.id}
        at={["options.action", "options.url"]}
        onChange={(url) => set("url", url)}
      />
    </>
  );
}

interface Clock {
  readonly minutes?: number | undefined;
  readonly formula?: string | undefined;
  readonly calendar?: string | undefined;
  readonly start?: string | undefined;
  readonly pause?: string | undefined;
  readonly stop?: string | undefined;
}

export function SlaClock(props: SettingProps) {
  const { draft, entity, set } = props;
  const clock = (draft.options.clock ?? {}) as Clock;
  const { data: calendars = [] } = useQuery({
    queryKey: ["calendars"],
    queryFn: async () => (await api.get<List<Ref>>("/calendars")).items,
  });
  const change = (next: Clock) =>
    set(
      "clock",
      Object.fromEntries(Object.entries({ ...clock, ...next }).filter(([, v]) => v !== undefined)),
    );
  const byFormula = clock.formula !== undefined;
  return (
    <>
      <Segmented
        wide
        label={t("fset.clockBy")}
        value={byFormula ? "formula" : "minutes"}
        segments={[
          { value: "minutes", label: t("fset.clockMinutes") },
          { value: "formula", label: t("fset.clockFormula") },
        ]}
        onChange={(next) =>
          change(
            next === "formula"
              ? { minutes: undefined, formula: String(clock.minutes ?? 60) }
              : { formula: undefined, minutes: 60 },
          )
        }
      />
      {byFormula ? (
        <FormulaBox
          label={t("fset.clockFormula")}
          value={clock.formula ?? ""}
          fields={entity.fields}
          entity={entity.id}
          at={[]}
          onChange={(formula) => change({ formula })}
        />
      ) : (
        <NumberRow
          label={t("fset.clockMinutes")}
          value={clock.minutes}
          onChange={(minutes) => change({ minutes: minutes ?? 0 })}
        />
      )}
      <PickRow
        label={t("fset.calendar")}
        value={clock.calendar ?? ""}
        options={[
          { value: "", label: t("fset.allDay") },
          ...calendars.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(id) => change({ calendar: id || undefined })}
      />
      {(["start", "pause", "stop"] as const).map((when) => (
        <FormulaBox
          key={when}
          label={t(`fset.clock.${when}`)}
          value={clock[when] ?? ""}
          fields={entity.fields}
          entity={entity.id}
          at={[]}
          onChange={(source) => change({ [when]: source || undefined })}
        />
      ))}
      <ProblemLine at={["options.clock"]} />
    </>
  );
}

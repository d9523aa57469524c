/** Settings that are one line each. */
import { useApps } from "@/api/meta";
import { codeForms, formNames } from "@/fields/more/code-form";
import { currencyName, knownCurrencies } from "@/fields/more/money";
import { locale, t } from "@/lib/i18n";
import { NamedIcon } from "@/ui/icon-tile";
import { MultiSelect } from "@/ui/select";
import { NumberRow, PickRow, Row, type SettingProps, SwitchRow, TextRow } from "./parts";

export function Scale({ draft, set }: SettingProps) {
  const value = draft.options.scale;
  const free = draft.type === "number" || draft.type === "formula" || draft.type === "progress";
  return (
    <PickRow
      label={t("table.scale")}
      value={value === undefined ? "" : String(value)}
      options={[
        ...(free
          ? [{ value: "", label: t(draft.type === "formula" ? "fset.scaleAuto" : "table.scaleAny") }]
          : []),
        ...[0, 1, 2, 3, 4, 6].map((n) => ({ value: String(n), label: n === 0 ? "0" : `0.${"0".repeat(n)}` })),
      ]}
      onChange={(next) => set("scale", next === "" ? undefined : Number(next))}
    />
  );
}

export function Currency({ draft, onDraft }: SettingProps) {
  const own = String(draft.options.currency ?? "CNY");
  const given = (draft.options.currencies ?? []) as readonly string[];
  const options = [...new Set([...knownCurrencies, own, ...given])].map((code) => ({
    value: code,
    label: currencyName(code),
  }));
  const put = (currency: string, others: readonly string[]) => {
    const { currencies: _, ...rest } = draft.options;
    const all = [currency, ...others.filter((code) => code !== currency)];
    onDraft({ ...draft, options: { ...rest, currency, ...(all.length > 1 && { currencies: all }) } });
  };
  return (
    <>
      <PickRow
        label={t("table.currency")}
        value={own}
        options={options}
        onChange={(code) => put(code, given.length > 0 ? [...given, code] : [])}
      />
      <Row label={t("money.currencies")} hint={t("money.hint")}>
        <MultiSelect
          size={30}
          label={t("money.currencies")}
          placeholder={t("money.one")}
          value={given.filter((code) => code !== own)}
          options={options.filter(({ value }) => value !== own)}
          onChange={(next) => put(own, next)}
        />
      </Row>
    </>
  );
}

export function Unit({ draft, set }: SettingProps) {
  return (
    <TextRow label={t("table.unit")} value={draft.options.unit} onChange={(text) => set("unit", text)} />
  );
}

export function Bounds({ draft, set }: SettingProps) {
  return (
    <>
      <NumberRow
        label={t("fset.min")}
        value={draft.options.min}
        placeholder={t("fset.noBound")}
        onChange={(n) => set("min", n)}
      />
      <NumberRow
        label={t("fset.max")}
        value={draft.options.max}
        placeholder={t("fset.noBound")}
        onChange={(n) => set("max", n)}
      />
    </>
  );
}

export function Most({ draft, set }: SettingProps) {
  return (
    <NumberRow
      label={t("fset.full")}
      value={draft.options.max ?? 100}
      onChange={(n) => set("max", n ?? 100)}
    />
  );
}

export function MostStars({ draft, set }: SettingProps) {
  return (
    <PickRow
      label={t("table.mostStars")}
      value={String(draft.options.max ?? 5)}
      options={[3, 4, 5, 6, 7, 8, 9, 10].map((n) => ({ value: String(n), label: String(n) }))}
      onChange={(n) => set("max", Number(n))}
    />
  );
}

const samples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  duration: [
    ["h:mm", "1:30"],
    ["h:mm:ss", "1:30:00"],
    ["d h", "1 d 6 h"],
  ],
  time: [
    ["HH:mm", "09:30"],
    ["HH:mm:ss", "09:30:15"],
  ],
};

export function Format({ draft, set }: SettingProps) {
  const list = samples[draft.type] ?? [];
  return (
    <PickRow
      label={t("fset.format")}
      value={String(draft.options.format ?? list[0]?.[0])}
      options={list.map(([value, label]) => ({ value, label, hint: value }))}
      onChange={(next) => set("format", next)}
    />
  );
}

/** As which symbol a code is drawn. */
export function SymbolForm({ draft, set }: SettingProps) {
  return (
    <PickRow
      label={t("fset.codeForm")}
      value={String(draft.options.format ?? "")}
      options={[
        { value: "", label: t("fset.codeAuto") },
        ...codeForms.map((form) => ({ value: form, label: formNames[form] })),
      ]}
      onChange={(form) => set("format", form)}
    />
  );
}

export function Many({ draft, set }: SettingProps) {
  const label = draft.type === "link" ? t("table.manyRecords") : t("fset.many");
  return (
    <SwitchRow
      label={draft.type === "user" ? t("table.manyPeople") : label}
      checked={draft.options.many === true}
      onChange={(on) => set("many", on)}
    />
  );
}

export function Target({ draft, isNew, set }: SettingProps) {
  const { data: apps = [] } = useApps();
  const options = apps.flatMap((app) =>
    (app.entities ?? []).map((one) => ({
      value: one.id,
      label: one.name,
      hint: app.name,
      icon: <NamedIcon icon={one.icon} />,
    })),
  );
  const sub = draft.type === "subTable";
  return (
    <>
      <PickRow
        label={t(sub ? "fset.rowsIn" : "table.linkTarget")}
        disabled={!isNew}
        {...(sub && { placeholder: t("fset.newTable") })}
        value={typeof draft.options.entity === "string" ? draft.options.entity : undefined}
        options={options}
        onChange={(id) => set("entity", id)}
      />
      {isNew && !sub && (
        <TextRow
          label={t("table.inverseName")}
          value={draft.options.inverseName}
          onChange={(text) => set("inverseName", text)}
        />
      )}
    </>
  );
}

const patternExample = "NO{yyyyMMdd}{000}";

export function Pattern({ draft, set }: SettingProps) {
  return (
    <>
      <TextRow
        label={t("table.pattern")}
        placeholder={patternExample}
        value={draft.options.pattern}
        onChange={(text) => set("pattern", text)}
      />
      <PickRow
        label={t("table.reset")}
        value={String(draft.options.reset ?? "never")}
        options={(["never", "day", "month", "year"] as const).map((one) => ({
          value: one,
          label: t(`table.reset.${one}`),
        }))}
        onChange={(one) => set("reset", one)}
      />
    </>
  );
}

/** Patterns that people ask for, with what they say. */
const presets = [
  ["creditCode", "[0-9A-HJ-NPQRTUWXY]{2}\\d{6}[0-9A-HJ-NPQRTUWXY]{10}"],
  ["postcode", "\\d{6}"],
  ["plate", "\\p{Han}[A-Z][A-Z0-9]{5,6}"],
  ["letters", "[A-Za-z0-9_-]+"],
  ["digits", "\\d+"],
  ["han", "\\p{Han}+"],
] as const;

export function TextRules({ draft, set, onDraft }: SettingProps) {
  const match = typeof draft.options.match === "string" ? draft.options.match : "";
  const message = (draft.options.message ?? {}) as Readonly<Record<string, string>>;
  const named = presets.find(([, pattern]) => pattern === match)?.[0];
  function handlePreset(next: string): void {
    const [name, pattern] = presets.find(([id]) => id === next) ?? [];
    const own = name === undefined ? {} : { message: { ...message, [locale()]: t(`fset.say.${name}`) } };
    onDraft({ ...draft, options: { ...draft.options, match: pattern ?? (next === "" ? "" : " "), ...own } });
  }
  return (
    <>
      <NumberRow
        label={t("fset.maxLength")}
        value={draft.options.maxLength}
        placeholder={t("fset.noBound")}
        onChange={(n) => set("maxLength", n)}
      />
      <PickRow
        label={t("fset.pattern")}
        value={match === "" ? "" : (named ?? "own")}
        options={[
          { value: "", label: t("fset.anyText") },
          ...presets.map(([id]) => ({ value: id, label: t(`fset.pattern.${id}`) })),
          { value: "own", label: t("fset.pattern.own") },
        ]}
        onChange={handlePreset}
      />
      {match !== "" && (
        <>
          {named === undefined && (
            <TextRow
              label={t("fset.regexp")}
              value={match.trim()}
              onChange={(text) => set("match", text || " ")}
            />
          )}
          <TextRow
            label={t("fset.message")}
            value={message[locale()]}
            placeholder={t("fset.messageHint")}
            onChange={(text) => set("message", { ...message, [locale()]: text })}
          />
        </>
      )}
    </>
  );
}

import type { ReactNode } from "react";
import { useApps } from "@/api/meta";
import { t } from "@/lib/i18n";
import { NamedIcon } from "@/ui/icon-tile";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/toggles";
import css from "./field.module.css";
import type { FieldDraft } from "./field-draft";

export interface TypeSettingsProps {
  readonly draft: FieldDraft;
  readonly entity: string;
  readonly isNew: boolean;
  readonly onOptions: (options: Readonly<Record<string, unknown>>) => void;
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={css.row}>
      <span>{label}</span>
      <div style={{ inlineSize: 164, display: "flex", justifyContent: "flex-end" }}>{children}</div>
    </div>
  );
}

type SettingProps = TypeSettingsProps & { readonly set: (name: string, value: unknown) => void };

function Scale({ draft, set }: SettingProps) {
  const value = draft.options.scale;
  const places = [0, 1, 2, 3, 4, 6];
  return (
    <Row label={t("table.scale")}>
      <Select
        size={30}
        search={false}
        label={t("table.scale")}
        value={value === undefined ? "" : String(value)}
        options={[
          ...(draft.type === "number" ? [{ value: "", label: t("table.scaleAny") }] : []),
          ...places.map((n) => ({ value: String(n), label: n === 0 ? "0" : `0.${"0".repeat(n)}` })),
        ]}
        onChange={(next) => set("scale", next === "" ? undefined : Number(next))}
      />
    </Row>
  );
}

const currencies = ["CNY", "USD", "EUR", "HKD", "JPY", "GBP", "KRW", "TWD", "SGD"];

function Currency({ draft, set }: SettingProps) {
  return (
    <Row label={t("table.currency")}>
      <Select
        size={30}
        search={false}
        label={t("table.currency")}
        value={String(draft.options.currency ?? "CNY")}
        options={currencies.map((code) => ({ value: code, label: code }))}
        onChange={(code) => set("currency", code)}
      />
    </Row>
  );
}

function Unit({ draft, set }: SettingProps) {
  return (
    <Row label={t("table.unit")}>
      <Input
        size={30}
        aria-label={t("table.unit")}
        value={String(draft.options.unit ?? "")}
        onChange={(text) => set("unit", text)}
      />
    </Row>
  );
}

function MostStars({ draft, set }: SettingProps) {
  return (
    <Row label={t("table.mostStars")}>
      <Select
        size={30}
        search={false}
        label={t("table.mostStars")}
        value={String(draft.options.max ?? 5)}
        options={[3, 4, 5, 6, 7, 8, 9, 10].map((n) => ({ value: String(n), label: String(n) }))}
        onChange={(n) => set("max", Number(n))}
      />
    </Row>
  );
}

function Many({ draft, set }: SettingProps) {
  return (
    <Row label={t(draft.type === "user" ? "table.manyPeople" : "table.manyRecords")}>
      <Switch
        checked={draft.options.many === true}
        aria-label={t("table.manyRecords")}
        onChange={(on) => set("many", on)}
      />
    </Row>
  );
}

function Target({ draft, isNew, set }: SettingProps) {
  const { data: apps = [] } = useApps();
  const options = apps.flatMap((app) =>
    (app.entities ?? []).map((one) => ({
      value: one.id,
      label: one.name,
      hint: app.name,
      icon: <NamedIcon icon={one.icon} />,
    })),
  );
  return (
    <>
      <Row label={t("table.linkTarget")}>
        <Select
          size={30}
          search
          disabled={!isNew}
          label={t("table.linkTarget")}
          value={typeof draft.options.entity === "string" ? draft.options.entity : undefined}
          options={options}
          onChange={(id) => set("entity", id)}
        />
      </Row>
      {isNew && (
        <Row label={t("table.inverseName")}>
          <Input
            size={30}
            aria-label={t("table.inverseName")}
            value={String(draft.options.inverseName ?? "")}
            onChange={(text) => set("inverseName", text)}
          />
        </Row>
      )}
    </>
  );
}

const patternExample = "NO{yyyyMMdd}{000}";

function Pattern({ draft, set }: SettingProps) {
  return (
    <>
      <Row label={t("table.pattern")}>
        <Input
          size={30}
          aria-label={t("table.pattern")}
          placeholder={patternExample}
          value={String(draft.options.pattern ?? "")}
          onChange={(text) => set("pattern", text)}
        />
      </Row>
      <Row label={t("table.reset")}>
        <Select
          size={30}
          search={false}
          label={t("table.reset")}
          value={String(draft.options.reset ?? "never")}
          options={(["never", "day", "month", "year"] as const).map((one) => ({
            value: one,
            label: t(`table.reset.${one}`),
          }))}
          onChange={(one) => set("reset", one)}
        />
      </Row>
    </>
  );
}

const settings: Readonly<Record<string, readonly ((props: SettingProps) => ReactNode)[]>> = {
  number: [Scale, Unit],
  decimal: [Scale, Unit],
  currency: [Currency, Scale],
  percent: [Scale],
  rating: [MostStars],
  user: [Many],
  link: [Target, Many],
  autoNumber: [Pattern],
};

/** What only this type of field can be told. */
export function TypeSettings(props: TypeSettingsProps) {
  const parts = settings[props.draft.type] ?? [];
  const set = (name: string, value: unknown) => props.onOptions({ ...props.draft.options, [name]: value });
  return (
    <>
      {parts.map((Part) => (
        <Part key={Part.name} {...props} set={set} />
      ))}
    </>
  );
}

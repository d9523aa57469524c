import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Field } from "@/api/types";
import { useFields } from "@/fields/context";
import { withinValues } from "@/fields/date/types";
import { choiceOptions, memberOptions, useRecordOptions } from "@/fields/options";
import { shownField, typeOf } from "@/fields/registry";
import type { FilterValue } from "@/fields/types";
import { t } from "@/lib/i18n";
import { DatePicker } from "@/ui/date-picker";
import { Input } from "@/ui/input";
import { MultiSelect, Select } from "@/ui/select";
import type { Condition } from "./model";
import { CurrenciesValue, GroupsValue, OwnRange, OwnValue, TreeNodes } from "./more-value";

export interface FilterValueProps {
  readonly field: Field;
  readonly node: Condition;
  readonly onChange: (value: unknown) => void;
}

export const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/** Typed values are in force when the typing pauses, or when the input is left. */
export function Typed(props: {
  readonly value: unknown;
  readonly label: string;
  readonly onChange: (text: string) => void;
}) {
  const { value, label } = props;
  const [text, setText] = useState(value === undefined || value === null ? "" : String(value));
  // What waits goes to who listens then: the other end of a range may have come in between.
  const latest = useRef(props.onChange);
  latest.current = props.onChange;
  useEffect(() => {
    const timer = setTimeout(() => latest.current(text), 350);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Input size={30} value={text} aria-label={label} onChange={setText} onBlur={() => latest.current(text)} />
  );
}

/** Two ends, each typed on its own. */
export function TypedRange(props: {
  readonly value: unknown;
  readonly read: (text: string) => unknown;
  readonly show?: (value: unknown) => unknown;
  readonly onChange: (value: readonly unknown[]) => void;
}) {
  const { read, show = (end) => end, onChange } = props;
  const ends = useRef(Array.isArray(props.value) ? (props.value as readonly unknown[]) : []);
  const [from, to] = ends.current;
  function put(next: readonly unknown[]): void {
    if (JSON.stringify(next) !== JSON.stringify(ends.current)) {
      ends.current = next;
      onChange(next);
    }
  }
  return (
    <>
      <Typed
        label={t("table.from")}
        value={show(from)}
        onChange={(text) => put([read(text), ends.current[1]])}
      />
      <Typed label={t("table.to")} value={show(to)} onChange={(text) => put([ends.current[0], read(text)])} />
    </>
  );
}

function TextValue({ node, onChange }: FilterValueProps) {
  return (
    <Typed
      key={`${node.id} ${node.field}`}
      label={t("table.value")}
      value={node.value}
      onChange={(text) => text !== (node.value ?? "") && onChange(text || undefined)}
    />
  );
}

function useNumber(field: Field) {
  const env = useFields();
  return (text: string): unknown => {
    const parsed = typeOf(field).parse({ ...field, options: { scale: 12 } }, text, env);
    const value = "value" in parsed ? parsed.value : undefined;
    return value === null || value === undefined ? undefined : Number(value);
  };
}

function NumberValue({ field, node, onChange }: FilterValueProps) {
  const read = useNumber(field);
  return (
    <Typed
      key={`${node.id} ${node.field}`}
      label={t("table.value")}
      value={node.value}
      onChange={(text) => read(text) !== node.value && onChange(read(text))}
    />
  );
}

function NumberRange({ field, node, onChange }: FilterValueProps) {
  return (
    <TypedRange
      key={`${node.id} ${node.field}`}
      value={node.value}
      read={useNumber(field)}
      onChange={onChange}
    />
  );
}

function DayValue({ node, onChange }: FilterValueProps) {
  const { weekStart } = useFields();
  return (
    <DatePicker
      size={30}
      label={t("table.value")}
      weekStart={weekStart}
      value={typeof node.value === "string" ? node.value : undefined}
      onChange={onChange}
    />
  );
}

function DayRange({ node, onChange }: FilterValueProps) {
  const { weekStart } = useFields();
  const [from, to] = listOf(node.value);
  const set = (a: string | undefined, b: string | undefined) => onChange([a ?? "", b ?? ""]);
  return (
    <>
      <DatePicker
        size={30}
        label={t("table.from")}
        weekStart={weekStart}
        value={from || undefined}
        onChange={(day) => set(day, to)}
      />
      <DatePicker
        size={30}
        label={t("table.to")}
        weekStart={weekStart}
        value={to || undefined}
        onChange={(day) => set(from, day)}
      />
    </>
  );
}

function WithinValue({ node, onChange }: FilterValueProps) {
  return (
    <Select
      size={30}
      label={t("table.value")}
      search={false}
      value={typeof node.value === "string" ? node.value : undefined}
      options={withinValues.map((value) => ({ value, label: t(`within.${value}`) }))}
      onChange={onChange}
    />
  );
}

function ChoiceValue({ field, node, onChange }: FilterValueProps) {
  return (
    <Select
      size={30}
      label={t("table.value")}
      value={typeof node.value === "string" ? node.value : undefined}
      options={choiceOptions(field.options.choices)}
      onChange={onChange}
    />
  );
}

function ChoicesValue({ field, node, onChange }: FilterValueProps) {
  return (
    <MultiSelect
      size={30}
      label={t("table.value")}
      value={listOf(node.value)}
      options={choiceOptions(field.options.choices)}
      onChange={onChange}
    />
  );
}

function UsersValue({ node, onChange }: FilterValueProps) {
  const { members } = useFields();
  return (
    <MultiSelect
      size={30}
      label={t("table.value")}
      value={listOf(node.value)}
      options={[{ value: "@me", label: t("table.me") }, ...memberOptions(members)]}
      onChange={onChange}
    />
  );
}

function RecordsValue({ field, node, onChange }: FilterValueProps) {
  const ids = listOf(node.value);
  const { options, setSearch } = useRecordOptions(field.options.entity ?? "", []);
  const missing = ids.filter((id) => !options.some((one) => one.value === id));
  return (
    <MultiSelect
      size={30}
      label={t("table.value")}
      search
      value={ids}
      options={[...options, ...missing.map((id) => ({ value: id, label: t("table.oneRecord") }))]}
      onSearch={setSearch}
      onChange={onChange}
    />
  );
}

function BoolValue({ node, onChange }: FilterValueProps) {
  return (
    <Select
      size={30}
      label={t("table.value")}
      search={false}
      value={node.value === false ? "no" : "yes"}
      options={[
        { value: "yes", label: t("table.ticked") },
        { value: "no", label: t("table.unticked") },
      ]}
      onChange={(value) => onChange(value === "yes")}
    />
  );
}

const inputs: Readonly<Record<FilterValue, (props: FilterValueProps) => ReactNode>> = {
  none: () => null,
  text: TextValue,
  number: NumberValue,
  numberRange: NumberRange,
  day: DayValue,
  dayRange: DayRange,
  within: WithinValue,
  choice: ChoiceValue,
  choices: ChoicesValue,
  users: UsersValue,
  records: RecordsValue,
  bool: BoolValue,
  own: OwnValue,
  ownRange: OwnRange,
  tree: TreeNodes,
  groups: GroupsValue,
  currencies: CurrenciesValue,
};

/** What a condition compares with, by field and operator. */
export function FilterValueInput(props: FilterValueProps) {
  const Value = inputs[typeOf(props.field).filterValue(props.node.op)];
  return <Value {...props} field={shownField(props.field)} />;
}

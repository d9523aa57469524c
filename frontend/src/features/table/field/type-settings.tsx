import type { ReactNode } from "react";
import type { Entity } from "@/api/types";
import { ChoicesEditor } from "./choices-editor";
import type { FieldDraft } from "./field-draft";
import { ProblemLine } from "./problem";
import { ButtonAction, SlaClock } from "./settings/action";
import { Cascader } from "./settings/cascader";
import { Count, Formula, Lookup, Rollup } from "./settings/computed";
import { LinkFilter } from "./settings/link-filter";
import type { SettingProps } from "./settings/parts";
import { ValueRules } from "./settings/rules";
import {
  Bounds,
  Currency,
  Format,
  Many,
  Most,
  MostStars,
  Pattern,
  Scale,
  SymbolForm,
  Target,
  TextRules,
  Unit,
} from "./settings/simple";
import { Status } from "./settings/status";

export interface TypeSettingsProps {
  readonly draft: FieldDraft;
  readonly entity: Entity;
  readonly isNew: boolean;
  readonly onDraft: (draft: FieldDraft) => void;
}

function Choices({ draft, onDraft }: SettingProps) {
  return (
    <>
      <ChoicesEditor choices={draft.choices} onChange={(choices) => onDraft({ ...draft, choices })} />
      <ProblemLine at={["options.choices"]} />
    </>
  );
}

type Part = (props: SettingProps) => ReactNode;

const settings: Readonly<Record<string, readonly Part[]>> = {
  text: [TextRules],
  longText: [TextRules],
  email: [TextRules],
  url: [TextRules],
  barcode: [SymbolForm, TextRules],
  richText: [TextRules],
  markdown: [TextRules],
  number: [Scale, Unit, Bounds],
  decimal: [Scale, Unit, Bounds],
  currency: [Currency, Scale, Bounds],
  percent: [Scale, Bounds],
  progress: [Most, Scale],
  duration: [Format],
  time: [Format],
  year: [Bounds],
  rating: [MostStars],
  user: [Many],
  department: [Many],
  role: [Many],
  singleSelect: [Choices],
  multiSelect: [Choices],
  status: [Status],
  cascader: [Cascader],
  link: [Target, Many, LinkFilter],
  subTable: [Target],
  autoNumber: [Pattern],
  lookup: [Lookup],
  rollup: [Rollup],
  count: [Count],
  formula: [Formula],
  button: [ButtonAction],
  sla: [SlaClock],
};

/** Types whose settings need a wider place. */
const roomy: ReadonlySet<string> = new Set(
  "formula lookup rollup count status cascader sla button".split(" "),
);

export const isRoomy = ({ type, required, readOnly, default: given, options }: FieldDraft) =>
  roomy.has(type) ||
  typeof required === "object" ||
  readOnly !== "" ||
  options.filter !== undefined ||
  (typeof given === "object" && given !== null && "formula" in given);

function propsOf(props: TypeSettingsProps): SettingProps {
  const { draft, onDraft } = props;
  return {
    ...props,
    set: (name, value) => onDraft({ ...draft, options: { ...draft.options, [name]: value } }),
  };
}

/** What only this type of field can be told. */
export function TypeSettings(props: TypeSettingsProps) {
  const parts = settings[props.draft.type] ?? [];
  const given = propsOf(props);
  return (
    <>
      {parts.map((Setting) => (
        <Setting key={Setting.name} {...given} />
      ))}
    </>
  );
}

/** What any field can be told about its values. */
export function Values(props: TypeSettingsProps) {
  return <ValueRules {...propsOf(props)} />;
}

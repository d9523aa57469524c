import type { ReactNode } from "react";
import type { Entity } from "@/api/types";
import { Input } from "@/ui/input";
import type { Option } from "@/ui/listbox";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/toggles";
import css from "../field.module.css";
import type { FieldDraft } from "../field-draft";

/** What a setting of a type works with. */
export interface SettingProps {
  readonly draft: FieldDraft;
  readonly entity: Entity;
  readonly isNew: boolean;
  readonly onDraft: (draft: FieldDraft) => void;
  readonly set: (name: string, value: unknown) => void;
}

export function Row(props: { readonly label: string; readonly hint?: string; readonly children: ReactNode }) {
  return (
    <div className={css.row}>
      <span>
        {props.label}
        {props.hint && <em>{props.hint}</em>}
      </span>
      <div className={css.cell}>{props.children}</div>
    </div>
  );
}

export function PickRow(props: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string | undefined;
  readonly options: readonly Option[];
  readonly disabled?: boolean;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  const { label, hint, ...rest } = props;
  return (
    <Row label={label} {...(hint && { hint })}>
      <Select size={30} search={rest.options.length > 8} label={label} {...rest} />
    </Row>
  );
}

export function TextRow(props: {
  readonly label: string;
  readonly value: unknown;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <Row label={props.label}>
      <Input
        size={30}
        aria-label={props.label}
        placeholder={props.placeholder}
        value={typeof props.value === "string" ? props.value : ""}
        onChange={props.onChange}
      />
    </Row>
  );
}

export function NumberRow(props: {
  readonly label: string;
  readonly value: unknown;
  readonly placeholder?: string;
  readonly onChange: (value: number | undefined) => void;
}) {
  return (
    <Row label={props.label}>
      <Input
        size={30}
        type="number"
        aria-label={props.label}
        placeholder={props.placeholder}
        value={typeof props.value === "number" ? String(props.value) : ""}
        onChange={(text) => props.onChange(text === "" ? undefined : Number(text))}
      />
    </Row>
  );
}

export function SwitchRow(props: {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  const { label, hint, ...rest } = props;
  return (
    <Row label={label} {...(hint && { hint })}>
      <Switch aria-label={label} {...rest} />
    </Row>
  );
}

/** Editing a value where it stands: in the record's drawer, on a card, in a form. */
import { Star } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import type { Choice, Field } from "@/api/types";
import { t } from "@/lib/i18n";
import { Listbox } from "@/ui/listbox";
import { Popover } from "@/ui/popover";
import { Checkbox } from "@/ui/toggles";
import { useFields } from "./context";
import { DayEditor } from "./date/day-editor";
import css from "./fields.module.css";
import { FileList } from "./file/file-list";
import { choiceOptions, memberOptions, useRecordOptions } from "./options";
import { isComputed, typeOf } from "./registry";
import { FieldValue, isEmptyValue } from "./show";
import { TextEntry, type TextEntryProps } from "./text-entry";
import { type Family, listOf } from "./types";

export interface FieldInputProps {
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly readOnly?: boolean;
  /** What is being typed and not saved yet; undefined when that has ended. */
  readonly onTyping?: ((typed: { readonly value: unknown } | undefined) => void) | undefined;
}

export function Shown({ field, value, readOnly }: FieldInputProps) {
  if (isEmptyValue(value) && field.type !== "checkbox") {
    return <span className={css.empty}>{readOnly ? "–" : t("fields.empty")}</span>;
  }
  return <FieldValue field={field} value={value} />;
}

/** A value typed as text: it reads until it is pressed. */
export function Entry(props: FieldInputProps & Pick<TextEntryProps, "below">) {
  const [open, setOpen] = useState(false);
  const again = useRef(false);
  if (open) {
    const close = () => {
      again.current = true;
      setOpen(false);
      props.onTyping?.(undefined);
    };
    return <TextEntry {...props} onClose={close} />;
  }
  // The focus comes back to where it was typed, unless it has gone elsewhere.
  const place = (button: HTMLButtonElement | null) => {
    if (button !== null && again.current) {
      again.current = false;
      if (document.activeElement === null || document.activeElement === document.body) {
        button.focus({ preventScroll: true });
      }
    }
  };
  return (
    <button
      ref={place}
      type="button"
      className={css.place}
      data-off={props.readOnly}
      disabled={props.readOnly}
      aria-label={t("fields.edit", { name: props.field.name })}
      onClick={() => setOpen(true)}
    >
      <Shown {...props} />
    </button>
  );
}

export function InPopover(props: FieldInputProps & { readonly children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false);
  const trigger = (
    <button
      type="button"
      className={css.place}
      data-off={props.readOnly}
      disabled={props.readOnly}
      aria-label={t("fields.edit", { name: props.field.name })}
    >
      <Shown {...props} />
    </button>
  );
  return (
    <Popover trigger={trigger} open={open} onOpenChange={setOpen} offset={4}>
      <div style={{ minInlineSize: 220 }}>{props.children(() => setOpen(false))}</div>
    </Popover>
  );
}

function DayInput(props: FieldInputProps) {
  return (
    <InPopover {...props}>
      {(close) => (
        <DayEditor
          field={props.field}
          value={props.value}
          onChange={(value, done) => {
            props.onChange(value);
            if (done) {
              close();
            }
          }}
        />
      )}
    </InPopover>
  );
}

/** What a click in a list makes of the chosen items. */
export function toggled<T extends { readonly id: string }>(
  chosen: readonly T[],
  item: T,
  many: boolean,
): T[] | null {
  const there = chosen.some((one) => one.id === item.id);
  const rest = many ? chosen.filter((one) => one.id !== item.id) : [];
  const next = there ? rest : [...rest, item];
  return next.length === 0 ? null : next;
}

export function ChoiceInput(props: FieldInputProps) {
  const { field, value, onChange } = props;
  const many = field.type === "multiSelect";
  const { mayAddChoices = false } = useFields();
  const chosen = listOf<Choice>(value);
  function pick(choice: Choice | undefined, close: () => void): void {
    if (choice !== undefined) {
      const next = toggled(chosen, choice, many);
      onChange(many ? next : (next?.[0] ?? null));
    }
    if (!many) {
      close();
    }
  }
  return (
    <InPopover {...props}>
      {(close) => (
        <Listbox
          search
          multiple={many}
          label={field.name}
          options={choiceOptions(field.options.choices)}
          selected={chosen.map((one) => one.id)}
          onPick={(id) =>
            pick(
              field.options.choices?.find((one) => one.id === id),
              close,
            )
          }
          {...(mayAddChoices && {
            onCreate: (name: string) => pick({ id: "", name, color: "gray" }, close),
          })}
        />
      )}
    </InPopover>
  );
}

function PersonInput(props: FieldInputProps) {
  const { field, value, onChange } = props;
  const { members } = useFields();
  const many = field.options.many === true || field.type === "users";
  const chosen = listOf(value);
  return (
    <InPopover {...props}>
      {(close) => (
        <Listbox
          search
          multiple={many}
          label={field.name}
          options={memberOptions(members)}
          selected={chosen.map((one) => one.id)}
          onPick={(id) => {
            const member = members.find((one) => one.id === id);
            if (member) {
              onChange(toggled(chosen, { id, name: member.name }, many));
            }
            if (!many) {
              close();
            }
          }}
        />
      )}
    </InPopover>
  );
}

function RecordPicker(props: FieldInputProps & { readonly close: () => void }) {
  const { field, value, onChange, close } = props;
  const many = field.options.many === true;
  const chosen = listOf(value);
  const { options, setSearch, named } = useRecordOptions(field.options.entity ?? "", chosen);
  return (
    <Listbox
      search
      multiple={many}
      label={field.name}
      options={options}
      selected={chosen.map((one) => one.id)}
      onSearch={setSearch}
      onPick={(id) => {
        const record = named(id);
        if (record) {
          onChange(toggled(chosen, record, many));
        }
        if (!many) {
          close();
        }
      }}
    />
  );
}

export function LinkInput(props: FieldInputProps) {
  return <InPopover {...props}>{(close) => <RecordPicker {...props} close={close} />}</InPopover>;
}

function StarInput({ field, value, onChange, readOnly }: FieldInputProps) {
  return (
    <span className={css.place} data-off={readOnly}>
      <span className={css.stars}>
        {Array.from({ length: field.options.max ?? 5 }, (_, i) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: stars do not move
            key={i}
            type="button"
            disabled={readOnly}
            data-on={i < Number(value ?? 0)}
            aria-label={t("fields.stars", { count: i + 1 })}
            onClick={() => onChange(value === i + 1 ? null : i + 1)}
          >
            <Star aria-hidden="true" />
          </button>
        ))}
      </span>
    </span>
  );
}

function TickInput({ field, value, onChange, readOnly }: FieldInputProps) {
  return (
    <span className={css.place}>
      <Checkbox
        checked={value === true}
        disabled={readOnly}
        aria-label={field.name}
        onChange={(on) => onChange(on)}
      />
    </span>
  );
}

/** Inputs of the rarer families, once they are known. */
let moreInputs: Partial<Readonly<Record<Family, (props: FieldInputProps) => ReactNode>>> = {};

export function inputAlso(more: typeof moreInputs): void {
  moreInputs = more;
}

const inputs: Partial<Readonly<Record<Family, (props: FieldInputProps) => ReactNode>>> = {
  text: Entry,
  number: Entry,
  date: DayInput,
  choice: ChoiceInput,
  check: TickInput,
  rating: StarInput,
  person: PersonInput,
  link: LinkInput,
  file: FileList,
};

/** The editor of a value in place, by the field's type. */
export function FieldInput(props: FieldInputProps) {
  const { family } = typeOf(props.field);
  const readOnly = props.readOnly === true || isComputed(props.field) || props.field.right !== "write";
  const own = moreInputs[family];
  const Input =
    (readOnly && family !== "file" && own === undefined ? undefined : (own ?? inputs[family])) ?? Entry;
  return <Input {...props} readOnly={readOnly} />;
}

import { useQueryClient } from "@tanstack/react-query";
import { ChevronDown, TextAlignStart } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/meta";
import { errorText } from "@/api/problem";
import type { Field } from "@/api/types";
import { FieldInput } from "@/fields/field-input";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Input, Textarea } from "@/ui/input";
import { Kbd } from "@/ui/kbd";
import { Popover } from "@/ui/popover";
import { Switch } from "@/ui/toggles";
import { anchorOf } from "../anchor";
import type { Table } from "../use-table";
import { ChoicesEditor } from "./choices-editor";
import css from "./field.module.css";
import { draftOfField, type FieldDraft, fieldInput, isChoice, optionsFor } from "./field-draft";
import type { FieldTarget } from "./field-target";
import { suggested, TypeList, typeName } from "./type-list";
import { TypeSettings } from "./type-settings";
import { TypeTile } from "./type-tile";

interface FormProps {
  readonly table: Table;
  readonly target: FieldTarget;
  readonly draft: FieldDraft;
  readonly onDraft: (draft: FieldDraft) => void;
  readonly onType: () => void;
}

function DefaultRow({ draft, onDraft, target }: FormProps) {
  const { family, computed } = typeOf(draft.type);
  if (computed || !["text", "number", "choice", "date", "rating"].includes(family)) {
    return null;
  }
  const options = {
    ...draft.options,
    choices: draft.choices.filter((one) => one.id) as { id: string; name: string; color: string }[],
  };
  const field: Field = {
    id: target.field?.id ?? "new",
    key: target.field?.key ?? "new",
    name: t("table.default"),
    type: draft.type,
    required: false,
    unique: false,
    options,
    right: "write",
  };
  const value =
    options.choices.find((one) => one.id === draft.default || one.name === draft.default) ?? draft.default;
  return (
    <div className={css.row}>
      <span>{t("table.default")}</span>
      <div className={css.control}>
        <FieldInput field={field} value={value} onChange={(next) => onDraft({ ...draft, default: next })} />
      </div>
    </div>
  );
}

function Settings(props: FormProps) {
  const { table, target, draft, onDraft, onType } = props;
  const [described, setDescribed] = useState(draft.description !== "");
  const type = typeOf(draft.type);
  return (
    <div className={css.body}>
      <button type="button" className={css.type} onClick={onType}>
        <TypeTile type={draft.type} />
        {typeName(draft.type)}
        <small>{t("table.changeType")}</small>
        <ChevronDown size={15} aria-hidden="true" />
      </button>
      {isChoice(draft.type) && (
        <ChoicesEditor choices={draft.choices} onChange={(choices) => onDraft({ ...draft, choices })} />
      )}
      <TypeSettings
        draft={draft}
        entity={table.entity.id}
        isNew={target.field === undefined}
        onOptions={(options) => onDraft({ ...draft, options })}
      />
      <div className={css.sep} />
      <div className={css.row}>
        <span>{t("table.required")}</span>
        <Switch
          checked={draft.required && type.mayBeRequired === true}
          disabled={type.mayBeRequired !== true}
          aria-label={t("table.required")}
          onChange={(required) => onDraft({ ...draft, required })}
        />
      </div>
      <div className={css.row}>
        <span>
          {t("table.unique")}
          {type.mayBeUnique !== true && <small>{t("table.notForType")}</small>}
        </span>
        <Switch
          checked={draft.unique && type.mayBeUnique === true}
          disabled={type.mayBeUnique !== true}
          aria-label={t("table.unique")}
          onChange={(unique) => onDraft({ ...draft, unique })}
        />
      </div>
      <DefaultRow {...props} />
      {described ? (
        <Textarea
          aria-label={t("table.description")}
          placeholder={t("table.description")}
          maxLength={1000}
          value={draft.description}
          onChange={(description) => onDraft({ ...draft, description })}
        />
      ) : (
        <div>
          <Button icon={<TextAlignStart />} onClick={() => setDescribed(true)}>
            {t("table.addDescription")}
          </Button>
        </div>
      )}
    </div>
  );
}

function useSaveField(table: Table, target: FieldTarget, onClose: () => void) {
  const client = useQueryClient();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const { entity, control, draft: view, shown, session } = table;

  async function save(draft: FieldDraft): Promise<void> {
    setBusy(true);
    setError("");
    try {
      const path = `/entities/${entity.id}/fields`;
      const input = fieldInput(draft, target.field);
      if (target.field) {
        await api.patch<Field>(`${path}/${target.field.id}`, input);
      } else {
        const made = await api.post<Field>(path, input);
        if (target.before !== undefined) {
          const list = shown.map(
            ({ field }) => view.fields.find((one) => one.field === field.id) ?? { field: field.id },
          );
          const at = list.findIndex((one) => one.field === target.before);
          control.change({ fields: [...list.slice(0, at), { field: made.id }, ...list.slice(at)] });
        }
      }
      await client.invalidateQueries({ queryKey: keys.entity(entity.id) });
      void session.rows.refresh();
      onClose();
    } catch (problem) {
      setError(errorText(problem));
    } finally {
      setBusy(false);
    }
  }
  return { save, error, busy };
}

/** Making or changing a field beside its column. */
export function FieldPopover({
  table,
  target,
  onClose,
}: {
  readonly table: Table;
  readonly target: FieldTarget;
  readonly onClose: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOfField(target.field));
  const [choosing, setChoosing] = useState(target.field === undefined);
  const name = useRef<HTMLInputElement>(null);
  const { save, error, busy } = useSaveField(table, target, onClose);
  const ready =
    draft.name.trim() !== "" && draft.type !== "" && (draft.type !== "link" || draft.options.entity);

  function pickType(type: string): void {
    const name = draft.name.trim() === "" ? typeName(type) : draft.name;
    setDraft({
      ...draft,
      name,
      type,
      options: { ...optionsFor(type), ...(type === target.field?.type && target.field.options) },
    });
    setChoosing(false);
  }

  function handleKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || event.key !== "Enter") {
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      if (ready) {
        void save(draft);
      }
    }
  }

  function handleNameKey(event: KeyboardEvent): void {
    const [first] = suggested(draft.name);
    if (event.key === "Enter" && choosing && !event.nativeEvent.isComposing && !event.ctrlKey) {
      event.preventDefault();
      pickType(first ?? "text");
    }
  }

  return (
    <Popover
      open
      side="right"
      anchor={anchorOf(target.anchor)}
      onOpenChange={(open) => !open && onClose()}
      label={t(target.field ? "table.editField" : "table.newField")}
      initialFocus={name}
      width={choosing ? 568 : 356}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter saves from any control in it */}
      <div className={css.box} onKeyDown={handleKey}>
        <div className={css.top}>
          <Input
            ref={name}
            value={draft.name}
            maxLength={100}
            aria-label={t("table.fieldName")}
            placeholder={t("table.fieldName")}
            onChange={(text) => setDraft({ ...draft, name: text })}
            onKeyDown={handleNameKey}
          />
        </div>
        {choosing ? (
          <TypeList name={draft.name} value={draft.type || undefined} onPick={pickType} />
        ) : (
          <>
            <Settings
              table={table}
              target={target}
              draft={draft}
              onDraft={setDraft}
              onType={() => setChoosing(true)}
            />
            {error && (
              <div className={css.error} role="alert">
                {error}
              </div>
            )}
            <div className={css.foot}>
              <span style={{ flex: 1 }} />
              <Button kind="line" onClick={onClose}>
                {t("common.cancel")}
              </Button>
              <Button kind="primary" busy={busy} disabled={!ready} onClick={() => void save(draft)}>
                {t("common.save")}
                <Kbd>{t("table.ctrlEnter")}</Kbd>
              </Button>
            </div>
          </>
        )}
      </div>
    </Popover>
  );
}

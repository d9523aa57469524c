import { useQueryClient } from "@tanstack/react-query";
import { ChevronDown, TextAlignStart, Undo2, X } from "lucide-react";
import { type KeyboardEvent, lazy, type ReactNode, type RefObject, Suspense, useRef, useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/meta";
import type { Field } from "@/api/types";
import { t } from "@/lib/i18n";
import { phone, useMedia } from "@/lib/use-media";
import { Button, IconButton } from "@/ui/button";
import { Drawer } from "@/ui/drawer";
import { Input, Textarea } from "@/ui/input";
import { Kbd } from "@/ui/kbd";
import { Popover } from "@/ui/popover";
import { anchorOf } from "../anchor";
import type { Table } from "../use-table";
import css from "./field.module.css";
import { draftOfField, type FieldDraft, fieldInput, isReady, isTurned, optionsFor } from "./field-draft";
import type { FieldTarget } from "./field-target";
import { SampleRecords } from "./formula-box";
import { isPlaced, type Problem, ProblemPlace, problemOf } from "./problem";
import { suggested, TypeList, typeName } from "./type-list";
import { isRoomy, TypeSettings, Values } from "./type-settings";
import { TypeTile } from "./type-tile";
import { useSamples } from "./use-samples";

const loadConvert = () => import("../convert/convert-panel");
const ConvertPanel = lazy(async () => ({ default: (await loadConvert()).ConvertPanel }));

interface FormProps {
  readonly table: Table;
  readonly target: FieldTarget;
  readonly draft: FieldDraft;
  readonly onDraft: (draft: FieldDraft) => void;
  readonly onType: () => void;
}

function Settings(props: FormProps) {
  const { table, target, draft, onDraft, onType } = props;
  const [described, setDescribed] = useState(draft.description !== "");
  const isNew = target.field?.type !== draft.type;
  const shared = { draft, entity: table.entity, isNew, onDraft };
  return (
    <div className={css.body}>
      <button type="button" className={css.type} onClick={onType}>
        <TypeTile type={draft.type} />
        {typeName(draft.type)}
        <small>{t(target.field ? "table.changeType" : "fset.otherType")}</small>
        <ChevronDown size={15} aria-hidden="true" />
      </button>
      <TypeSettings {...shared} />
      <Values {...shared} />
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
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const { entity, control, draft: view, shown, session } = table;

  async function save(draft: FieldDraft): Promise<void> {
    setBusy(true);
    setProblem(undefined);
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
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }
  return { save, problem, busy, forget: () => setProblem(undefined) };
}

/** Takes the field back to the type it had. */
function useRevert(table: Table, { field }: FieldTarget, onClose: () => void) {
  const client = useQueryClient();
  return async (): Promise<void> => {
    if (field) {
      const { revertField } = await loadConvert();
      await revertField(table, field, () =>
        client.invalidateQueries({ queryKey: keys.entity(table.entity.id) }),
      );
      onClose();
    }
  };
}

function popoverWidth(draft: FieldDraft, choosing: boolean): number {
  if (choosing) {
    return 640;
  }
  return isRoomy(draft) ? 460 : 356;
}

interface FrameProps {
  readonly target: FieldTarget;
  readonly width: number;
  readonly name: RefObject<HTMLInputElement | null>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Beside the column; on a phone over the whole screen. */
function Frame({ target, width, name, onClose, children }: FrameProps) {
  const small = useMedia(phone);
  const label = t(target.field ? "table.editField" : "table.newField");
  if (small) {
    return (
      <Drawer open onClose={onClose} label={label}>
        <header className={css.sheetHead}>
          <h2>{label}</h2>
          <IconButton size={40} label={t("common.close")} onClick={onClose}>
            <X size={20} />
          </IconButton>
        </header>
        {children}
      </Drawer>
    );
  }
  return (
    <Popover
      open
      side="right"
      anchor={anchorOf(target.anchor)}
      onOpenChange={(open) => !open && onClose()}
      label={label}
      initialFocus={name}
      width={width}
    >
      {children}
    </Popover>
  );
}

/** Making or changing a field. */
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
  const [converting, setConverting] = useState(false);
  const revert = useRevert(table, target, onClose);
  const name = useRef<HTMLInputElement>(null);
  const { save, problem, busy, forget } = useSaveField(table, target, onClose);
  const ready = isReady(draft);
  const samples = useSamples(table);

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

  const turned = isTurned(draft, target.field);
  function handleSave(): void {
    if (turned) {
      setConverting(true);
    } else {
      void save(draft);
    }
  }
  function handleKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || event.key !== "Enter") {
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      if (ready) {
        handleSave();
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
    <Frame
      target={target}
      name={name}
      width={converting ? 520 : popoverWidth(draft, choosing)}
      onClose={onClose}
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
        {converting && target.field && (
          <Suspense>
            <ConvertPanel
              table={table}
              field={target.field}
              draft={draft}
              onBack={() => setConverting(false)}
              onClose={onClose}
            />
          </Suspense>
        )}
        {!converting && choosing && (
          <TypeList name={draft.name} value={draft.type || undefined} onPick={pickType} />
        )}
        {!converting && !choosing && (
          <ProblemPlace value={problem}>
            <SampleRecords value={samples}>
              <Settings
                table={table}
                target={target}
                draft={draft}
                onDraft={(next) => {
                  forget();
                  setDraft(next);
                }}
                onType={() => setChoosing(true)}
              />
            </SampleRecords>
            {problem && !isPlaced(problem) && (
              <div className={css.error} role="alert">
                {problem.text}
              </div>
            )}
            <div className={css.foot}>
              <span style={{ flex: 1 }}>
                {target.field?.revertible && !turned && (
                  <Button icon={<Undo2 />} onClick={() => void revert()}>
                    {t("convert.revert", { type: typeName(target.field.revertible.type) })}
                  </Button>
                )}
              </span>
              <Button kind="line" onClick={onClose}>
                {t("common.cancel")}
              </Button>
              <Button kind="primary" busy={busy} disabled={!ready} onClick={handleSave}>
                {t(turned ? "convert.preview" : "common.save")}
                <Kbd>{t("table.ctrlEnter")}</Kbd>
              </Button>
            </div>
          </ProblemPlace>
        )}
      </div>
    </Frame>
  );
}

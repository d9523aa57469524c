/** Editors of the grid's cells that are more than a line of text. */
import {
  type ComponentType,
  type CSSProperties,
  lazy,
  type PointerEvent,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import type { Choice, Field } from "@/api/types";
import type { EditorSession } from "@/grid/edit-types";
import type { Rect } from "@/grid/types";
import { Pill } from "@/ui/pill";
import { useFields } from "./context";
import { DayEditor } from "./date/day-editor";
import css from "./fields.module.css";
import { FileList } from "./file/file-list";
import { GroupCell, StatusCell, TreeCell } from "./more/cells";
import { choiceOptions, memberOptions, useRecordOptions } from "./options";
import { PickCell } from "./pick-cell";
import { typeOf } from "./registry";
import { type Family, listOf, type Named } from "./types";

export interface CellEditorProps {
  readonly session: EditorSession;
  readonly field: Field;
  /** The entity of the record. */
  readonly entity?: string;
}

export interface PartProps extends CellEditorProps {
  /** Called before a press elsewhere ends the editing: writes what was typed. */
  readonly leave: { current: (() => void) | undefined };
}

function toggle<T extends Named>(chosen: readonly T[], item: T): T[] {
  const rest = chosen.filter((one) => one.id !== item.id);
  return rest.length < chosen.length ? rest : [...chosen, item];
}

const orNull = <T,>(list: readonly T[]) => (list.length === 0 ? null : list);

/** Several values, one after the other: each click is written at once. */
function useMany<T extends Named>(session: EditorSession) {
  const [chosen, setChosen] = useState<readonly T[]>(() => listOf<T>(session.value));
  return {
    chosen,
    put(next: readonly T[]): void {
      setChosen(next);
      session.put(orNull(next));
    },
  };
}

function ChoiceCell({ session, field }: CellEditorProps) {
  const many = field.type === "multiSelect";
  const { chosen, put } = useMany<Choice>(session);
  const { mayAddChoices } = useFields();
  const pick = (choice: Choice | undefined) => {
    if (choice !== undefined && many) {
      put(toggle(chosen, choice));
    } else if (choice !== undefined) {
      session.commit(choice.id === chosen[0]?.id && choice.id ? null : choice, "none");
    }
  };
  const head = chosen.map((one) => (
    <Pill key={one.id || one.name} color={one.color}>
      {one.name}
    </Pill>
  ));
  return (
    <PickCell
      session={session}
      multiple={many}
      options={choiceOptions(field.options.choices)}
      selected={chosen.map((one) => one.id)}
      {...(many && chosen.length > 0 && { head })}
      onPick={(id) => pick(field.options.choices?.find((one) => one.id === id))}
      {...(mayAddChoices && { onCreate: (name: string) => pick({ id: "", name, color: "gray" }) })}
      {...(many && { onRemoveLast: () => put(chosen.slice(0, -1)) })}
    />
  );
}

function PersonCell({ session, field }: CellEditorProps) {
  const { members } = useFields();
  const many = field.options.many === true || field.type === "users";
  const { chosen, put } = useMany<Named>(session);
  const pick = (id: string) => {
    const member = members.find((one) => one.id === id);
    if (member !== undefined && many) {
      put(toggle(chosen, { id, name: member.name }));
    } else if (member !== undefined) {
      session.commit(chosen[0]?.id === id ? null : [{ id, name: member.name }], "none");
    }
  };
  return (
    <PickCell
      session={session}
      multiple={many}
      options={memberOptions(members)}
      selected={chosen.map((one) => one.id)}
      onPick={pick}
      {...(many && { onRemoveLast: () => put(chosen.slice(0, -1)) })}
    />
  );
}

function LinkCell({ session, field }: CellEditorProps) {
  const many = field.options.many === true;
  const { chosen, put } = useMany<Named>(session);
  const { options, setSearch, named } = useRecordOptions(field.options.entity ?? "", chosen);
  const pick = (id: string) => {
    const record = named(id);
    if (record !== undefined && many) {
      put(toggle(chosen, record));
    } else if (record !== undefined) {
      session.commit(chosen[0]?.id === id ? null : [record], "none");
    }
  };
  return (
    <PickCell
      session={session}
      multiple={many}
      options={options}
      selected={chosen.map((one) => one.id)}
      onSearch={setSearch}
      onPick={pick}
      {...(many && { onRemoveLast: () => put(chosen.slice(0, -1)) })}
    />
  );
}

function DayCell({ session, field, leave }: PartProps) {
  const env = useFields();
  const [typed, setTyped] = useState(() => session.text());
  const parsed = typeOf(field).parse(field, typed, env);
  const read = typed.trim() !== "" && "value" in parsed ? parsed.value : undefined;
  const enter = useRef<(event: KeyboardEvent) => boolean>(() => false);
  enter.current = (event) => {
    if (event.key === "Enter" && read !== undefined) {
      session.commit(read, "down");
      return true;
    }
    if (event.key === "Tab" && read !== undefined) {
      session.put(read); // the grid closes it and moves on
    }
    return false;
  };
  leave.current = () => read !== undefined && session.put(read);
  // The grid's input hands over text and keys; some were typed while this came.
  useEffect(() => {
    setTyped(session.text());
    return session.listen({ text: (value) => setTyped(value), key: (event) => enter.current(event) });
  }, [session]);
  return (
    <DayEditor
      field={field}
      value={read ?? session.value}
      focus={session.initialText === null}
      onChange={(value, done) => (done ? session.commit(value, "none") : session.put(value))}
    />
  );
}

function FileCell({ session, field }: CellEditorProps) {
  const [files, setFiles] = useState<unknown>(session.value);
  return (
    <FileList
      value={files}
      single={field.type === "file" || field.type === "signature"}
      images={field.type === "image" || field.type === "signature"}
      onChange={(next) => {
        setFiles(next);
        session.put(next);
      }}
    />
  );
}

const SecretCell = lazy(async () => ({ default: (await import("./more/secret-input")).SecretCell }));

const editors: Partial<Readonly<Record<Family, ComponentType<PartProps>>>> = {
  choice: ChoiceCell,
  date: DayCell,
  person: PersonCell,
  link: LinkCell,
  file: FileCell,
  tree: TreeCell,
  group: GroupCell,
  secret: SecretCell,
};

function placeAt(rect: Rect, height: number, least: number): CSSProperties {
  const width = Math.max(rect.width, least);
  const left = Math.max(8, Math.min(rect.x, window.innerWidth - width - 8));
  const below = window.innerHeight - rect.y - rect.height > height + 12;
  return below
    ? { left, minInlineSize: width, maxInlineSize: 360, top: rect.y + rect.height + 4 }
    : {
        left,
        minInlineSize: width,
        maxInlineSize: 360,
        bottom: Math.max(8, window.innerHeight - rect.y + 4),
      };
}

const heights: Partial<Record<Family, number>> = {
  date: 350,
  choice: 300,
  person: 300,
  link: 300,
  file: 160,
  secret: 150,
};

/** The open editor of a cell, beside it; the grid closes it. */
export function CellEditor({ session, field, entity = "" }: CellEditorProps) {
  const { family } = typeOf(field);
  const [rect, setRect] = useState(session.rect);
  const leave = useRef<() => void>(undefined);
  // The cell moves when the grid scrolls.
  useEffect(() => session.listen({ rect: setRect }), [session]);
  // A press anywhere else ends the editing.
  useEffect(() => {
    const end = (event: Event) => {
      if (!(event.target instanceof Element) || event.target.closest("[data-cell-editor]") === null) {
        leave.current?.();
        session.cancel();
      }
    };
    document.addEventListener("pointerdown", end, true);
    return () => document.removeEventListener("pointerdown", end, true);
  }, [session]);
  const Editor = field.type === "status" ? StatusCell : editors[family];
  if (Editor === undefined) {
    return null;
  }
  const keepFocus = (event: PointerEvent) => {
    if (family !== "file" && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
    }
  };
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps the focus in the grid
    <div
      className={css.cell}
      style={placeAt(rect, heights[family] ?? 300, family === "date" ? 284 : 240)}
      data-cell-editor=""
      onPointerDown={keepFocus}
      onMouseDown={(event) => !(event.target instanceof HTMLInputElement) && event.preventDefault()}
    >
      <Suspense>
        <Editor session={session} field={field} entity={entity} leave={leave} />
      </Suspense>
    </div>,
    document.body,
  );
}

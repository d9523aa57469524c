/** Editors over cells: nodes of a tree, departments and roles, states. */
import { useEffect, useRef, useState } from "react";
import type { Choice } from "@/api/types";
import { t } from "@/lib/i18n";
import type { CellEditorProps } from "../cell-editor";
import { toggled } from "../field-input";
import fieldsCss from "../fields.module.css";
import { choiceOptions } from "../options";
import { PickCell } from "../pick-cell";
import { listOf, type Named } from "../types";
import { groupOptions, useGroups } from "./groups";
import { useNextStates } from "./status-input";
import { nodeValue, useTree } from "./tree";
import { TreePane } from "./tree-pane";

/** The grid's input keeps the focus: what is typed there searches, its keys walk. */
export function TreeCell({ session, field }: CellEditorProps) {
  const tree = useTree(field);
  const [text, setText] = useState(() => session.text());
  const keys = useRef<(event: KeyboardEvent) => boolean>(() => false);
  const chosen = listOf(session.value).map(({ id }) => id);
  // Some was typed while this came.
  useEffect(() => {
    setText(session.text());
    return session.listen({ text: (value) => setText(value), key: (event) => keys.current(event) });
  }, [session]);
  return (
    <TreePane
      tree={tree}
      selected={chosen}
      query={text.trim()}
      label={field.name}
      keys={keys}
      onPick={(node) => session.commit(chosen.includes(node.id) ? null : nodeValue(tree, node), "none")}
    />
  );
}

export function GroupCell({ session, field }: CellEditorProps) {
  const many = field.options.many === true;
  const groups = useGroups(field);
  const [chosen, setChosen] = useState<readonly Named[]>(() => listOf(session.value));
  function put(next: readonly Named[] | null): void {
    setChosen(next ?? []);
    session.put(next);
  }
  function pick(id: string): void {
    const group = groups.find((one) => one.id === id);
    if (group === undefined) {
      return;
    }
    const next = toggled(chosen, group, many);
    if (many) {
      put(next);
    } else {
      session.commit(next, "none");
    }
  }
  return (
    <PickCell
      session={session}
      multiple={many}
      options={groupOptions(field, groups)}
      selected={chosen.map(({ id }) => id)}
      onPick={pick}
      {...(many && {
        onRemoveLast: () => put(chosen.length > 1 ? chosen.slice(0, -1) : null),
      })}
    />
  );
}

/** Only the states to which the rules lead from here. */
export function StatusCell({ session, field }: CellEditorProps) {
  const offered = useNextStates(field, session.value);
  const [now] = listOf<Choice>(session.value);
  return (
    <>
      <PickCell
        session={session}
        multiple={false}
        options={choiceOptions(offered)}
        selected={now === undefined ? [] : [now.id]}
        onPick={(id) => {
          const next = offered.find((one) => one.id === id);
          if (next === undefined || id === now?.id) {
            session.cancel();
          } else {
            session.commit(next, "none");
          }
        }}
      />
      {offered.every(({ id }) => id === now?.id) && <div className={fieldsCss.none}>{t("kinds.noNext")}</div>}
    </>
  );
}

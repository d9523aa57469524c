import { Brackets, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Field } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Select } from "@/ui/select";
import { fieldOptions } from "../field-icon";
import css from "./filter.module.css";
import {
  addTo,
  type Condition,
  condition,
  emptyGroup,
  fromFilter,
  type Group,
  type Node,
  toFilter,
  update,
  withOp,
} from "./model";
import { opName } from "./op-name";
import { FilterValueInput } from "./value";

export interface FilterBuilderProps {
  readonly fields: readonly Field[];
  /** What one record is called. */
  readonly name: string;
  readonly filter: unknown;
  readonly onChange: (filter: unknown) => void;
  /** As wide as its place, where it stands in a page and not in a popup. */
  readonly fit?: boolean;
}

interface Tree {
  readonly fields: readonly Field[];
  readonly root: Group;
  readonly set: (root: Group) => void;
}

function ConditionRow({ tree, node }: { readonly tree: Tree; readonly node: Condition }) {
  const field = tree.fields.find((one) => one.id === node.field || one.key === node.field);
  const change = (next: Condition) => tree.set(update(tree.root, node.id, () => next));
  function handleField(id: string): void {
    const next = tree.fields.find((one) => one.id === id);
    if (next !== undefined) {
      change({ ...condition(next), id: node.id });
    }
  }
  return (
    <>
      <Select
        size={30}
        className={css.fieldPick}
        label={t("table.field")}
        search
        value={field?.id}
        options={fieldOptions(tree.fields)}
        onChange={handleField}
      />
      {field && (
        <Select
          size={30}
          className={css.opPick}
          label={t("table.operator")}
          search={false}
          value={node.op}
          options={typeOf(field).ops.map((op) => ({ value: op, label: opName(field, op) }))}
          onChange={(op) => change(withOp(node, field, op))}
        />
      )}
      <div className={css.value}>
        {field && (
          <FilterValueInput field={field} node={node} onChange={(value) => change({ ...node, value })} />
        )}
      </div>
    </>
  );
}

function joinWord(group: Group, index: number, onFlip: () => void) {
  if (index === 0) {
    return <span className={css.word}>{t("table.where")}</span>;
  }
  const text = t(group.join === "and" ? "table.and" : "table.or");
  return (
    <span className={css.word}>
      {index === 1 ? (
        <button type="button" onClick={onFlip} title={t("table.flipJoin")}>
          {text}
        </button>
      ) : (
        text
      )}
    </span>
  );
}

function NodeRow({ tree, group, node, index, depth }: RowProps) {
  const flip = () =>
    tree.set(changeGroup(tree.root, group.id, { join: group.join === "and" ? "or" : "and" }));
  return (
    <div className={css.condition}>
      {joinWord(group, index, flip)}
      {node.kind === "condition" && <ConditionRow tree={tree} node={node} />}
      {node.kind === "group" && (
        <div className={css.nested}>
          <GroupRows tree={tree} group={node} depth={depth + 1} />
        </div>
      )}
      {node.kind === "other" && <div className={css.nested}>{t("table.otherCondition")}</div>}
      <IconButton
        size={24}
        label={t("table.removeCondition")}
        onClick={() => tree.set(update(tree.root, node.id, () => undefined))}
      >
        <Trash2 size={15} />
      </IconButton>
    </div>
  );
}

interface RowProps {
  readonly tree: Tree;
  readonly group: Group;
  readonly node: Node;
  readonly index: number;
  readonly depth: number;
}

function changeGroup(root: Group, id: number, change: Partial<Group>): Group {
  return root.id === id
    ? { ...root, ...change }
    : update(root, id, (node) => (node.kind === "group" ? { ...node, ...change } : node));
}

function GroupRows({
  tree,
  group,
  depth,
}: {
  readonly tree: Tree;
  readonly group: Group;
  readonly depth: number;
}) {
  const [first] = tree.fields;
  const add = (node: Node) => tree.set(addTo(tree.root, group.id, node));
  return (
    <div className={css.conditions}>
      {group.items.map((node, index) => (
        <NodeRow key={node.id} tree={tree} group={group} node={node} index={index} depth={depth} />
      ))}
      <div className={css.foot} data-flat={group.items.length === 0}>
        <Button icon={<Plus />} onClick={() => first && add(condition(first))}>
          {t("table.addCondition")}
        </Button>
        {depth < 2 && (
          <Button
            icon={<Brackets />}
            onClick={() => first && add({ ...emptyGroup("or"), items: [condition(first)] })}
          >
            {t("table.addGroup")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Conditions of a view: changes apply at once, incomplete ones wait. */
export function FilterBuilder({ fields, name, filter, onChange, fit = false }: FilterBuilderProps) {
  const [root, setRoot] = useState(() => fromFilter(filter));
  const tree: Tree = {
    fields,
    root,
    set(next) {
      setRoot(next);
      const json = toFilter(next);
      if (JSON.stringify(json) !== JSON.stringify(toFilter(root))) {
        onChange(json);
      }
    },
  };
  const all = root.join === "and";
  return (
    <div className={css.builder} data-fit={fit}>
      <div className={css.title}>
        {t("table.matching")}
        <button type="button" onClick={() => tree.set({ ...root, join: all ? "or" : "and" })}>
          {t(all ? "table.allConditions" : "table.anyCondition")}
        </button>
        {t("table.conditionsOf", { name })}
      </div>
      <GroupRows tree={tree} group={root} depth={0} />
    </div>
  );
}

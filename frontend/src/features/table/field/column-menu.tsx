import { useQueryClient } from "@tanstack/react-query";
import {
  ArrowDown,
  ArrowLeftToLine,
  ArrowRightToLine,
  ArrowUp,
  Copy,
  EyeOff,
  Group,
  ListFilter,
  Pencil,
  Pin,
  Trash2,
} from "lucide-react";
import { useRef, useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/meta";
import { errorText } from "@/api/problem";
import { condition, fromFilter, toFilter } from "@/fields/filter/model";
import { typeOf } from "@/fields/registry";
import type { Rect } from "@/grid/types";
import { t } from "@/lib/i18n";
import { Confirm } from "@/ui/confirm";
import { Menu, type MenuGroup } from "@/ui/menu";
import { toast } from "@/ui/toast-store";
import { anchorOf } from "../anchor";
import { type ShownField, withField } from "../model/view-model";
import type { Table } from "../use-table";
import { draftOfField, fieldInput } from "./field-draft";
import type { FieldTarget } from "./field-target";

export interface ColumnMenuProps {
  readonly table: Table;
  readonly shown: ShownField;
  readonly anchor: Rect;
  readonly onClose: () => void;
  readonly onField: (target: FieldTarget) => void;
}

function useFieldActs({ table, shown }: ColumnMenuProps) {
  const client = useQueryClient();
  const { entity } = table;
  const path = `/entities/${entity.id}/fields`;
  async function act(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      await client.invalidateQueries({ queryKey: keys.entity(entity.id) });
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return {
    remove: () => act(() => api.delete(`${path}/${shown.field.id}`)),
    duplicate: () =>
      act(() => {
        const draft = draftOfField(shown.field);
        const choices = draft.choices.map(({ id: _own, ...rest }) => rest);
        const name = t("table.copyOf", { name: draft.name });
        return api.post(
          path,
          fieldInput({ ...draft, name, choices, unique: false, default: undefined }, undefined),
        );
      }),
  };
}

function designGroups(props: ColumnMenuProps, acts: ReturnType<typeof useFieldActs>): MenuGroup[] {
  const { table, shown, anchor, onField } = props;
  const { field } = shown;
  const visible = table.shown.filter((one) => !one.hidden).map((one) => one.field.id);
  const next = visible[visible.indexOf(field.id) + 1];
  const first = field.id === table.entity.title;
  return [
    {
      items: [
        {
          id: "edit",
          label: t("table.editField"),
          icon: <Pencil />,
          onSelect: () => onField({ anchor, field }),
        },
        {
          id: "duplicate",
          label: t("table.duplicateField"),
          icon: <Copy />,
          disabled: field.type === "link",
          onSelect: () => void acts.duplicate(),
        },
        {
          id: "left",
          label: t("table.insertLeft"),
          icon: <ArrowLeftToLine />,
          disabled: first,
          onSelect: () => onField({ anchor, before: field.id }),
        },
        {
          id: "right",
          label: t("table.insertRight"),
          icon: <ArrowRightToLine />,
          onSelect: () => onField({ anchor, before: next }),
        },
      ],
    },
  ];
}

function viewGroups(props: ColumnMenuProps): MenuGroup[] {
  const { table, shown } = props;
  const { field } = shown;
  const { control, draft, entity } = table;
  const type = typeOf(field);
  const sort = (dir: "asc" | "desc") => control.change({ sort: [{ field: field.id, dir }] });
  const place = table.shown.filter((one) => !one.hidden).findIndex((one) => one.field.id === field.id);
  const filter = () => {
    const root = fromFilter(draft.filter);
    const added = {
      ...condition(field),
      ...(type.family !== "check" && { op: "isNotEmpty", value: undefined }),
    };
    control.change({ filter: toFilter({ ...root, items: [...root.items, added] }) });
  };
  return [
    {
      items: [
        ...(type.sortable
          ? [
              { id: "asc", label: t("table.sortAsc"), icon: <ArrowUp />, onSelect: () => sort("asc") },
              { id: "desc", label: t("table.sortDesc"), icon: <ArrowDown />, onSelect: () => sort("desc") },
            ]
          : []),
        ...(type.groupable
          ? [
              {
                id: "group",
                label: t("table.groupByThis"),
                icon: <Group />,
                onSelect: () => control.change({ group: [{ field: field.id, dir: "asc" }] }),
              },
            ]
          : []),
        { id: "filter", label: t("table.filterByThis"), icon: <ListFilter />, onSelect: filter },
      ],
    },
    {
      items: [
        {
          id: "freeze",
          label: t("table.freeze"),
          icon: <Pin />,
          disabled: place > 3,
          checked: draft.frozen === place + 1,
          onSelect: () => control.change({ frozen: place + 1 }),
        },
        {
          id: "hide",
          label: t("table.hideField"),
          icon: <EyeOff />,
          disabled: field.id === entity.title,
          onSelect: () => control.change({ fields: withField(entity, draft, field.id, { hidden: true }) }),
        },
      ],
    },
  ];
}

/** What can be done with a column. */
export function ColumnMenu(props: ColumnMenuProps) {
  const { table, shown, anchor, onClose } = props;
  const [removing, setRemoving] = useState(false);
  const asking = useRef(false);
  const acts = useFieldActs(props);
  const { entity } = table;
  if (removing) {
    return (
      <Confirm
        title={t("table.deleteField")}
        text={t("table.deleteFieldText", { name: shown.field.name })}
        act={t("common.delete")}
        danger
        onClose={onClose}
        onAct={async () => {
          await acts.remove();
          onClose();
        }}
      />
    );
  }
  const remove = {
    id: "delete",
    label: t("table.deleteField"),
    icon: <Trash2 />,
    danger: true,
    disabled: shown.field.id === entity.title,
    onSelect: () => {
      asking.current = true;
      setRemoving(true);
    },
  };
  return (
    <Menu
      open
      anchor={anchorOf(anchor)}
      onOpenChange={(open) => !open && !asking.current && onClose()}
      label={shown.field.name}
      groups={[
        ...(entity.can.design ? designGroups(props, acts) : []),
        ...viewGroups(props),
        ...(entity.can.design ? [{ items: [remove] }] : []),
      ]}
    />
  );
}

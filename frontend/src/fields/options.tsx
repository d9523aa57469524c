/** Choices, people and records as options of a list. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useEntity } from "@/api/meta";
import type { Choice, Entity, Field, Member } from "@/api/types";
import { wire } from "@/data/wire";
import { Avatar } from "@/ui/avatar";
import type { Option } from "@/ui/listbox";
import { Pill } from "@/ui/pill";
import { typeOf } from "./registry";
import type { Named } from "./types";

export const choiceOptions = (choices: readonly Choice[] | undefined): Option[] =>
  (choices ?? []).map((choice) => ({
    value: choice.id,
    label: choice.name,
    show: <Pill color={choice.color}>{choice.name}</Pill>,
  }));

export const memberOptions = (members: readonly Member[]): Option[] =>
  members
    .filter((member) => !member.suspended)
    .map((member) => ({
      value: member.id,
      label: member.name,
      search: member.email,
      icon: <Avatar id={member.id} name={member.name} size={20} />,
      ...(member.department && { hint: member.department.name }),
    }));

export function titleField(entity: Entity | undefined): Field | undefined {
  return entity?.fields.find((field) => field.id === entity.title) ?? entity?.fields[0];
}

function secondLine(entity: Entity, fields: Readonly<Record<string, unknown>>): string {
  const title = titleField(entity);
  return entity.fields
    .filter(
      (field) =>
        field !== title && ["text", "phone", "email", "autoNumber", "singleSelect"].includes(field.type),
    )
    .map((field) => typeOf(field).format(field, fields[field.key]))
    .filter(Boolean)
    .slice(0, 1)
    .join(" · ");
}

export interface FoundRecord extends Named {
  readonly hint: string;
}

/** Records of another table by what they are called. */
export function useRecordSearch(entityId: string, search: string) {
  const { data: entity } = useEntity(entityId);
  return useQuery({
    queryKey: ["records", "search", entityId, search],
    enabled: entity !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<readonly FoundRecord[]> => {
      const page = await wire.query(entityId, { ...(search && { search }), limit: 30 }, signal);
      const title = titleField(entity);
      return page.records.map(({ id, fields }) => ({
        id,
        name: title ? typeOf(title).format(title, fields[title.key]) : id,
        hint: entity ? secondLine(entity, fields) : "",
      }));
    },
  });
}

/** Linked records as options; what is chosen already stands first. */
export function useRecordOptions(entityId: string, chosen: readonly Named[]) {
  const [search, setSearch] = useState("");
  const { data = [] } = useRecordSearch(entityId, search.trim());
  const rest = data.filter((one) => !chosen.some((other) => other.id === one.id));
  const known = search.trim() === "" ? chosen : [];
  const options: Option[] = [...known, ...rest].map((one) => ({
    value: one.id,
    label: one.name,
    ...("hint" in one && one.hint ? { hint: String(one.hint) } : {}),
  }));
  const named = (id: string): Named | undefined =>
    [...chosen, ...data].map(({ id: one, name }) => ({ id: one, name })).find((one) => one.id === id);
  return { options, setSearch, named };
}

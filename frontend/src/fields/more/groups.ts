/** Departments and roles as options of a list. */

import { Building, ShieldUser } from "lucide-react";
import { createElement } from "react";
import { useDepartments, useRoles } from "@/api/people";
import type { Field, Role } from "@/api/types";
import { roleName } from "@/lib/i18n/role-name";
import type { Option } from "@/ui/listbox";
import type { Named } from "../types";

/** Built-in roles go by their keys. */
const roleId = (role: Role) => (role.builtIn && role.key ? role.key : role.id);

export function useGroups(field: Field): readonly Named[] {
  const role = field.type === "role";
  const departments = useDepartments().data ?? [];
  const roles = useRoles().data ?? [];
  return role
    ? roles.map((one) => ({ id: roleId(one), name: roleName(one) }))
    : departments.map(({ id, name }) => ({ id, name }));
}

export const groupOptions = (field: Field, groups: readonly Named[]): Option[] =>
  groups.map(({ id, name }) => ({
    value: id,
    label: name,
    icon: createElement(field.type === "role" ? ShieldUser : Building, { size: 15, "aria-hidden": true }),
  }));

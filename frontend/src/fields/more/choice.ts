/** States, nodes of trees, departments and roles. */
import { Building, ListTree, Milestone, ShieldUser, UsersRound } from "lucide-react";
import type { Choice, Field } from "@/api/types";
import { roleName } from "@/lib/i18n/role-name";
import { choiceNamed, singleSelectType } from "../choice/types";
import { userType } from "../person/types";
import { joinNames, splitNames } from "../split";
import { bad, type FieldType, listOf, type Named, ok, type ParseResult } from "../types";

export interface TreeChoice extends Choice {
  readonly parent?: string;
}

export interface TreeValue extends Named {
  readonly path?: readonly string[];
}

export const statusType: FieldType = {
  ...singleSelectType,
  id: "status",
  icon: Milestone,
  parse(field, text) {
    const found = text.trim() === "" ? null : choiceNamed(field, text);
    return found === undefined ? bad("badChoice") : ok(found);
  },
};

/** Nodes of a field's own tree, each with the names that lead to it. */
export function treeNodes(choices: readonly TreeChoice[]): (TreeValue & { readonly parent?: string })[] {
  const byId = new Map(choices.map((one) => [one.id, one]));
  const pathOf = (one: TreeChoice, depth = 0): readonly string[] => {
    const up = one.parent && depth < 12 ? byId.get(one.parent) : undefined;
    return up === undefined ? [one.name] : [...pathOf(up, depth + 1), one.name];
  };
  return choices.map((one) => ({
    id: one.id,
    name: one.name,
    path: pathOf(one),
    ...(one.parent && { parent: one.parent }),
  }));
}

function nodeNamed(field: Field, text: string): TreeValue | undefined {
  const names = text.split("/").map((name) => name.trim());
  const nodes = treeNodes((field.options.choices ?? []) as readonly TreeChoice[]);
  const whole = nodes.find((one) => one.path?.join("/") === names.join("/") || one.id === text.trim());
  const alone = nodes.filter((one) => names.length === 1 && one.name === names[0]);
  const found = whole ?? (alone.length === 1 ? alone[0] : undefined);
  return found && { id: found.id, name: found.name, ...(found.path && { path: found.path }) };
}

const setOps = ["hasAny", "hasNone", "isEmpty", "isNotEmpty"];
const bare = (op: string) => op === "isEmpty" || op === "isNotEmpty";

export const cascaderType: FieldType = {
  ...singleSelectType,
  id: "cascader",
  icon: ListTree,
  family: "tree",
  sortable: false,
  ops: setOps,
  filterValue: (op) => (bare(op) ? "none" : "tree"),
  parse(field, text): ParseResult {
    if (text.trim() === "") {
      return ok(null);
    }
    if (field.options.tree !== undefined) {
      return ok({ id: "", name: text.trim() }); // the server knows the tree
    }
    const found = nodeNamed(field, text);
    return found === undefined ? bad("badNode") : ok(found);
  },
  format(_field, value) {
    const [node] = listOf<TreeValue>(value);
    return node === undefined ? "" : (node.path ?? [node.name]).join("/");
  },
};

export const usersType: FieldType = {
  ...userType,
  id: "users",
  icon: UsersRound,
  parse: (field, text, env) =>
    userType.parse({ ...field, options: { ...field.options, many: true } }, text, env),
};

/** Names that the server is to find. */
function parseGroup(field: Field, text: string): ParseResult {
  const names = splitNames(text);
  if (names.length === 0) {
    return ok(null);
  }
  return names.length > 1 && field.options.many !== true
    ? bad("tooMany")
    : ok(names.map((name) => ({ id: "", name })));
}

export const departmentType: FieldType = {
  ...userType,
  id: "department",
  icon: Building,
  family: "group",
  ops: setOps,
  filterValue: (op) => (bare(op) ? "none" : "groups"),
  parse: parseGroup,
  format: (_field, value) => joinNames(listOf(value).map((one) => one.name)),
};

const builtIn = ["owner", "admin", "builder", "member", "viewer"];

/** What a department or a role is called: built-in roles have a name in each language. */
export function groupName(group: unknown): string {
  const { id = "", name = "" } = group as Partial<Named>;
  return builtIn.includes(id) ? roleName({ key: id, name }) : name;
}

export const roleType: FieldType = {
  ...departmentType,
  id: "role",
  icon: ShieldUser,
  parse(field, text) {
    const parsed = parseGroup(field, text);
    const key = builtIn.find((one) => groupName({ id: one, name: one }) === text.trim());
    return key === undefined || "error" in parsed ? parsed : ok([{ id: key, name: text.trim() }]);
  },
  format: (_field, value) => joinNames(listOf(value).map(groupName)),
};

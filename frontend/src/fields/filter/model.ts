/** The filter as it is being built: a tree whose conditions may still be incomplete. */
import type { Field } from "@/api/types";
import { typeOf } from "@/fields/registry";

export type Join = "and" | "or";

export interface Condition {
  readonly kind: "condition";
  readonly id: number;
  readonly field: string;
  readonly op: string;
  readonly value: unknown;
}

export interface Group {
  readonly kind: "group";
  readonly id: number;
  readonly join: Join;
  readonly items: readonly Node[];
}

/** Something this builder cannot show (a formula, a negation): kept as it is. */
export interface Other {
  readonly kind: "other";
  readonly id: number;
  readonly json: unknown;
}

export type Node = Condition | Group | Other;

let lastId = 0;
const nextId = () => {
  lastId += 1;
  return lastId;
};

export function emptyGroup(join: Join = "and"): Group {
  return { kind: "group", id: nextId(), join, items: [] };
}

/** A new condition of a field, with its first operator. */
export function condition(field: Field): Condition {
  const op = typeOf(field).ops[0] ?? "isNotEmpty";
  const value = field.type === "checkbox" ? true : undefined;
  return { kind: "condition", id: nextId(), field: field.id, op, value };
}

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

function nodeOf(json: unknown): Node {
  if (isObject(json)) {
    for (const join of ["and", "or"] as const) {
      const items = json[join];
      if (Array.isArray(items)) {
        return { kind: "group", id: nextId(), join, items: items.map(nodeOf) };
      }
    }
    const { field, op, value } = json;
    if (typeof field === "string" && typeof op === "string") {
      return { kind: "condition", id: nextId(), field, op, value };
    }
  }
  return { kind: "other", id: nextId(), json };
}

/** The tree of a stored filter; the root is always a group. */
export function fromFilter(json: unknown): Group {
  if (json === undefined || json === null) {
    return emptyGroup();
  }
  const node = nodeOf(json);
  return node.kind === "group" ? node : { ...emptyGroup(), items: [node] };
}

function isComplete({ op, value }: Condition): boolean {
  if (op === "isEmpty" || op === "isNotEmpty") {
    return true;
  }
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((one) => one !== "" && one !== undefined && one !== null);
  }
  return value !== undefined && value !== null && value !== "";
}

function jsonOf(node: Node): unknown {
  switch (node.kind) {
    case "other":
      return node.json;
    case "condition": {
      const { field, op, value } = node;
      const bare = op === "isEmpty" || op === "isNotEmpty";
      return isComplete(node) ? { field, op, ...(!bare && { value }) } : undefined;
    }
    default: {
      const items = node.items.map(jsonOf).filter((one) => one !== undefined);
      return items.length === 0 ? undefined : { [node.join]: items };
    }
  }
}

/** The filter that is in force: incomplete conditions take no part; a lone condition stands alone. */
export function toFilter(root: Group): unknown {
  const json = jsonOf(root);
  if (isObject(json)) {
    const items = json[root.join];
    if (Array.isArray(items) && items.length === 1) {
      return items[0] as unknown;
    }
  }
  return json;
}

/** How many conditions a filter holds. */
export function countConditions(json: unknown): number {
  const count = (node: Node): number =>
    node.kind === "group" ? node.items.reduce((sum, one) => sum + count(one), 0) : 1;
  return count(fromFilter(json));
}

/** The fields that a filter names. */
export function filterFields(json: unknown): string[] {
  const walk = (node: Node): string[] => {
    if (node.kind === "group") {
      return node.items.flatMap(walk);
    }
    return node.kind === "condition" ? [node.field] : [];
  };
  return walk(fromFilter(json));
}

type Change = (node: Node) => Node | undefined;

/** The tree with one node changed, or removed where the change answers undefined. */
export function update(root: Group, id: number, change: Change): Group {
  const items = root.items.flatMap((node): readonly Node[] => {
    if (node.id === id) {
      const next = change(node);
      return next === undefined ? [] : [next];
    }
    return [node.kind === "group" ? update(node, id, change) : node];
  });
  return { ...root, items };
}

export function addTo(root: Group, group: number, node: Node): Group {
  if (root.id === group) {
    return { ...root, items: [...root.items, node] };
  }
  return update(root, group, (found) =>
    found.kind === "group" ? { ...found, items: [...found.items, node] } : found,
  );
}

/** Another operator: the value stays where its form is the same. */
export function withOp(node: Condition, field: Field, op: string): Condition {
  const type = typeOf(field);
  const same = type.filterValue(node.op) === type.filterValue(op);
  return { ...node, op, value: same ? node.value : undefined };
}

import type { Department } from "@/api/types";

export interface Branch {
  readonly department: Department;
  readonly depth: number;
}

/** Departments in the order of the tree. What has lost its parent stands at the top. */
export function flatten(departments: readonly Department[]): readonly Branch[] {
  const known = new Set(departments.map(({ id }) => id));
  const parentOf = ({ parent }: Department) => (parent && known.has(parent) ? parent : null);
  const out: Branch[] = [];
  const seen = new Set<string>();
  const walk = (parent: string | null, depth: number) => {
    const children = departments
      .filter((one) => parentOf(one) === parent && !seen.has(one.id))
      .toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name));
    for (const department of children) {
      seen.add(department.id);
      out.push({ department, depth });
      walk(department.id, depth + 1);
    }
  };
  walk(null, 0);
  return out;
}

/** A department and all below it: what it cannot be put under. */
export function subtree(departments: readonly Department[], root: string): ReadonlySet<string> {
  const out = new Set([root]);
  let grown = true;
  while (grown) {
    const more = departments.filter(({ id, parent }) => parent && out.has(parent) && !out.has(id));
    for (const { id } of more) {
      out.add(id);
    }
    grown = more.length > 0;
  }
  return out;
}

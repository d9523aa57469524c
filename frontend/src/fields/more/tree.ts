/** The nodes of a cascader: a field's own, or the regions, which come once. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/client";
import type { Field } from "@/api/types";
import { matches } from "@/lib/fold";
import { type TreeChoice, treeNodes } from "./choice";

export interface TreeNode {
  readonly id: string;
  readonly name: string;
  readonly parent?: string;
}

export interface Tree {
  readonly nodes: readonly TreeNode[];
  readonly loading: boolean;
  readonly failed: boolean;
  get(id: string): TreeNode | undefined;
  children(id: string | undefined): readonly TreeNode[];
  path(id: string): readonly TreeNode[];
}

const none: readonly TreeNode[] = [];

function treeOf(nodes: readonly TreeNode[], loading: boolean, failed: boolean): Tree {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const below = new Map<string, TreeNode[]>();
  for (const node of nodes) {
    const key = node.parent ?? "";
    below.set(key, [...(below.get(key) ?? []), node]);
  }
  const path = (id: string): readonly TreeNode[] => {
    const way: TreeNode[] = [];
    for (let at = byId.get(id); at !== undefined && way.length < 12; at = byId.get(at.parent ?? "")) {
      way.unshift(at);
    }
    return way;
  };
  return {
    nodes,
    loading,
    failed,
    path,
    get: (id) => byId.get(id),
    children: (id) => below.get(id ?? "") ?? none,
  };
}

interface Regions {
  readonly regions: readonly { readonly code: string; readonly name: string; readonly parent?: string }[];
}

/** Regions change with the program alone. */
export function useRegions(wanted: boolean) {
  return useQuery({
    queryKey: ["regions"],
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<readonly TreeNode[]> => {
      const { regions } = await api.get<Regions>("/regions");
      return regions.map(({ code, name, parent }) => ({ id: code, name, ...(parent && { parent }) }));
    },
  });
}

export function useTree({ options, type }: Field): Tree {
  const shipped = options.tree !== undefined || type === "address";
  const { data, isError } = useRegions(shipped);
  const { choices } = options;
  return useMemo(
    () =>
      shipped
        ? treeOf(data ?? none, data === undefined && !isError, isError)
        : treeOf(treeNodes((choices ?? []) as readonly TreeChoice[]), false, false),
    [shipped, data, isError, choices],
  );
}

/** Nodes whose way holds all words of a search, the shortest way first. */
export function searchTree(tree: Tree, query: string, most = 60): readonly TreeNode[] {
  const words = query.trim().split(/[\s/]+/u);
  const last = words.at(-1) ?? "";
  return tree.nodes
    .filter((node) => matches(last, node.name))
    .map((node) => ({ node, way: tree.path(node.id) }))
    .filter(({ way }) => words.every((word) => way.some(({ name }) => matches(word, name))))
    .sort((a, b) => a.way.length - b.way.length)
    .slice(0, most)
    .map(({ node }) => node);
}

/** A node as a value of its field. */
export const nodeValue = (tree: Tree, node: TreeNode) => ({
  id: node.id,
  name: node.name,
  path: tree.path(node.id).map(({ name }) => name),
});

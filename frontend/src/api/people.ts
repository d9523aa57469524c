/** Members, invitations, roles and departments. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import { useAct } from "./meta";
import type { Department, Grant, Invitation, Leave, List, Member, Role } from "./types";

const items =
  <T>(path: string) =>
  async () =>
    (await api.get<List<T>>(`${path}?limit=1000`)).items;

export const peopleKeys = {
  members: ["members"],
  invitations: ["invitations"],
  roles: ["roles"],
  departments: ["departments"],
} as const;

export const membersQuery = queryOptions({
  queryKey: peopleKeys.members,
  queryFn: items<Member>("/members"),
});
export const useMembers = () => useQuery(membersQuery);

export interface MemberPatch {
  readonly roles?: readonly string[];
  readonly department?: string | null;
  readonly suspended?: boolean;
  readonly leave?: Leave | null;
}

export const useUpdateMember = () =>
  useAct(
    ({ id, ...patch }: MemberPatch & { id: string }) => api.patch<Member>(`/members/${id}`, patch),
    () => [peopleKeys.members],
  );
export const useRemoveMember = () =>
  useAct(
    (id: string) => api.delete(`/members/${id}`),
    () => [peopleKeys.members],
  );

export const useInvitations = (enabled: boolean) =>
  useQuery({ queryKey: peopleKeys.invitations, queryFn: items<Invitation>("/invitations"), enabled });
export const useInvite = () =>
  useAct(
    (input: { email: string; roles: readonly string[]; department?: string }) =>
      api.post<Invitation>("/invitations", input),
    () => [peopleKeys.invitations],
  );
export const useRevokeInvitation = () =>
  useAct(
    (id: string) => api.delete(`/invitations/${id}`),
    () => [peopleKeys.invitations],
  );

export const rolesQuery = queryOptions({ queryKey: peopleKeys.roles, queryFn: items<Role>("/roles") });
export const useRoles = () => useQuery(rolesQuery);

export interface RoleInput {
  readonly name?: string;
  readonly description?: string;
  readonly grants?: readonly Grant[];
}

export const useCreateRole = () =>
  useAct(
    (input: RoleInput & { name: string }) => api.post<Role>("/roles", input),
    () => [peopleKeys.roles],
  );
export const useUpdateRole = () =>
  useAct(
    ({ id, ...patch }: RoleInput & { id: string }) => api.patch<Role>(`/roles/${id}`, patch),
    () => [peopleKeys.roles, ["me"], ["entities"]],
  );
export const useDeleteRole = () =>
  useAct(
    (id: string) => api.delete(`/roles/${id}`),
    () => [peopleKeys.roles, peopleKeys.members],
  );

export const useDepartments = () =>
  useQuery({ queryKey: peopleKeys.departments, queryFn: items<Department>("/departments") });

export interface DepartmentInput {
  readonly name?: string;
  readonly parent?: string | null;
  readonly manager?: string | null;
  readonly order?: number;
}

export const useCreateDepartment = () =>
  useAct(
    (input: DepartmentInput & { name: string }) => api.post<Department>("/departments", input),
    () => [peopleKeys.departments],
  );
export const useUpdateDepartment = () =>
  useAct(
    ({ id, ...patch }: DepartmentInput & { id: string }) =>
      api.patch<Department>(`/departments/${id}`, patch),
    () => [peopleKeys.departments, peopleKeys.members],
  );
export const useDeleteDepartment = () =>
  useAct(
    (id: string) => api.delete(`/departments/${id}`),
    () => [peopleKeys.departments, peopleKeys.members],
  );

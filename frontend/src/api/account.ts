/** Signing in and out, one's own account, invitations taken, API tokens. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import { keys, useAct } from "./meta";
import type { AuthOptions, InvitationInfo, List, Session, ThemeName, Token, User } from "./types";

export interface SignupInput {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly tenantName?: string;
  readonly invitation?: string;
  readonly locale?: string;
  readonly timeZone?: string;
}

const anonymous = { anonymous: true } as const;

export const authOptionsQuery = queryOptions({
  queryKey: ["auth", "options"],
  queryFn: () => api.get<AuthOptions>("/auth/options", anonymous),
  staleTime: 60_000,
});
export const useAuthOptions = () => useQuery(authOptionsQuery);

/** A new session: all that was loaded for the old one goes. */
function useSession<In>(open: (input: In) => Promise<Session>) {
  const client = useQueryClient();
  return async (input: In) => {
    const session = await open(input);
    client.clear();
    return session;
  };
}

export const useSignup = () =>
  useSession((input: SignupInput) => api.post<Session>("/auth/signup", input, anonymous));
export const useLogin = () =>
  useSession((input: { email: string; password: string }) =>
    api.post<Session>("/auth/login", input, anonymous),
  );
export const useSwitchTenant = () =>
  useSession((tenant: string) => api.post<Session>("/auth/switch", { tenant }));
export const useAcceptInvitation = () =>
  useSession((code: string) => api.post<Session>(`/invitations/${encodeURIComponent(code)}/accept`, {}));

/** Ends the session, leaves the page by `leave`, and only then forgets what was loaded for it. */
export function useLogout() {
  const client = useQueryClient();
  return async (leave: () => Promise<unknown>) => {
    await api.post("/auth/logout", {}, anonymous);
    await leave();
    client.clear();
  };
}

export const useInvitationInfo = (code: string) =>
  useQuery({
    queryKey: ["invitation", code],
    queryFn: () => api.get<InvitationInfo>(`/invitations/${encodeURIComponent(code)}`, anonymous),
    retry: false,
  });

export interface MePatch {
  readonly name?: string;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly theme?: ThemeName;
  readonly password?: string;
  readonly currentPassword?: string;
}

export const useUpdateMe = () =>
  useAct(
    (patch: MePatch) => api.patch<User>("/me", patch),
    () => [keys.me],
  );

export interface TenantPatch {
  readonly name?: string;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly weekStart?: number;
}

export const useUpdateTenant = () =>
  useAct(
    (patch: TenantPatch) => api.patch("/tenant", patch),
    () => [keys.me],
  );

const tokensKey = ["tokens"];
export const useTokens = () =>
  useQuery({
    queryKey: tokensKey,
    queryFn: async () => (await api.get<List<Token>>("/tokens?limit=1000")).items,
  });
export const useCreateToken = () =>
  useAct(
    (input: { name: string; scopes: readonly string[]; expiresAt?: string }) =>
      api.post<Token>("/tokens", input),
    () => [tokensKey],
  );
export const useDeleteToken = () =>
  useAct(
    (id: string) => api.delete(`/tokens/${id}`),
    () => [tokensKey],
  );

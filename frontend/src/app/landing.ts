import { api } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { AuthOptions } from "@/api/types";

/** Where somebody without a session goes: the very first one signs up. */
export async function landing(error: unknown, href: string) {
  if (!(error instanceof ApiError) || error.status !== 401) {
    throw error;
  }
  const options = await api.get<AuthOptions>("/auth/options", { anonymous: true });
  return options.firstUser
    ? ({ to: "/signup" } as const)
    : ({ to: "/login", search: href === "/" ? {} : { next: href } } as const);
}

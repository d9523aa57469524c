import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problem";

/** Answers of the server are final; only a broken connection is tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) =>
        count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
    },
    mutations: { retry: false },
  },
});

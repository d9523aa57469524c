/** The one place that fetches: JSON in and out, problem documents as ApiError. */
import { locale } from "@/lib/i18n";
import { ApiError } from "./problem";

export const base = "/api/v1";

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** A 401 is an answer here (sign-in), not the end of the session. */
  readonly anonymous?: boolean;
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

let onSignedOut: () => void = () => undefined;

/** What happens when the session has ended. The router sets it. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

export function apiUrl(path: string, query: CallOptions["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") {
      search.set(key, String(value));
    }
  }
  const tail = search.toString();
  return `${base}${path}${tail ? `?${tail}` : ""}`;
}

function requestInit(method: Method, options: CallOptions): RequestInit {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": locale() };
  if (method !== "GET") {
    headers["X-Tongban-CSRF"] = "1";
  }
  let body: BodyInit | null = null;
  if (options.body instanceof FormData || options.body instanceof Blob) {
    body = options.body;
  } else if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  return {
    method,
    body,
    headers: { ...headers, ...options.headers },
    credentials: "same-origin",
    signal: options.signal ?? null,
  };
}

async function problemOf(response: Response): Promise<ApiError> {
  const retry = Number(response.headers.get("Retry-After")) || undefined;
  try {
    return new ApiError(response.status, await response.json(), retry);
  } catch {
    return new ApiError(response.status, { code: `http.${response.status}` }, retry);
  }
}

/** Fetches and answers the response itself, for downloads; throws ApiError. */
export async function send(method: Method, path: string, options: CallOptions = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, options.query), requestInit(method, options));
  } catch (error) {
    if (options.signal?.aborted) {
      throw error;
    }
    throw new ApiError(0, { code: "network" });
  }
  if (response.ok) {
    return response;
  }
  const problem = await problemOf(response);
  if (problem.status === 401 && !options.anonymous) {
    onSignedOut();
  }
  throw problem;
}

async function call<T>(method: Method, path: string, options?: CallOptions): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, options?: CallOptions) => call<T>("GET", path, options),
  post: <T>(path: string, body?: unknown, options?: CallOptions) =>
    call<T>("POST", path, { ...options, body }),
  patch: <T>(path: string, body?: unknown, options?: CallOptions) =>
    call<T>("PATCH", path, { ...options, body }),
  put: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>("PUT", path, { ...options, body }),
  delete: <T = void>(path: string, body?: unknown, options?: CallOptions) =>
    call<T>("DELETE", path, { ...options, body }),
};

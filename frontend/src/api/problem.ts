import { t, tryT } from "@/lib/i18n";

export interface FieldProblem {
  readonly field: string;
  readonly code: string;
  readonly detail: string;
}

interface Problem {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  field?: string;
  errors?: FieldProblem[];
  requestId?: string;
}

/** What the server (or the network) answered instead of success. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field: string | undefined;
  readonly errors: readonly FieldProblem[];
  readonly requestId: string | undefined;
  /** The whole problem document, for those that carry more (409: the record). */
  readonly body: unknown;
  readonly retryAfter: number | undefined;

  constructor(status: number, body: Problem, retryAfter?: number) {
    super(body.detail ?? body.title ?? body.code ?? String(status));
    this.name = "ApiError";
    this.status = status;
    this.code = body.code ?? "unknown";
    this.detail = body.detail ?? body.title ?? "";
    this.field = body.field;
    this.errors = body.errors ?? [];
    this.requestId = body.requestId;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** One sentence for a person about anything that was thrown. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return t("error.unknown");
  }
  if (error.status === 0) {
    return t("error.network");
  }
  if (error.status === 429 && error.retryAfter) {
    return t("error.tooMany", { seconds: error.retryAfter });
  }
  return error.detail || tryT(`error.${error.code}`) || t("error.unknown");
}

/** The messages of a problem, by the field they belong to; "" holds what belongs to none. */
export function fieldErrors(error: unknown, known: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {};
  if (error instanceof ApiError) {
    for (const { field, detail } of error.errors) {
      out[known.includes(field) ? field : ""] ??= detail;
    }
    if (error.field && known.includes(error.field)) {
      out[error.field] ??= error.detail;
    }
  }
  if (Object.keys(out).length === 0) {
    out[""] = errorText(error);
  }
  return out;
}

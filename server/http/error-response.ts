import type { ErrorCode } from "@/lib/base/errors";

/** What scripts get instead of what they asked for. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: unknown;
}

/** `{"error": {…}}`, the form that all plain HTTP endpoints answer errors in. */
export const errorResponse = (status: number, error: ErrorBody): Response =>
  Response.json({ error }, { status, headers: { "cache-control": "no-store" } });

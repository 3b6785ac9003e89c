import { z } from "zod";
import { AppError, type ErrorCode, type FieldCause } from "@/lib/base/errors";
import { type Millis, seconds } from "@/lib/base/units";

interface Cause {
  readonly field?: string | undefined;
  readonly message?: string | undefined;
}

/** A `Status` object, as far as we act on it. Field names are those of meta/v1. */
const Status = z.object({
  kind: z.literal("Status"),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({
      retryAfterSeconds: z.number().optional(),
      causes: z
        .array(z.object({ field: z.string().optional(), message: z.string().optional() }))
        .nullish(),
    })
    .nullish(),
});

const MAX_MESSAGE = 1_000;

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "invalid",
  401: "forbidden",
  403: "forbidden",
  404: "not-found",
  405: "unsupported",
  406: "unsupported",
  408: "timeout",
  409: "conflict",
  410: "expired",
  413: "invalid",
  415: "unsupported",
  422: "invalid",
  429: "unavailable",
  504: "timeout",
};

const HINTS: Readonly<Record<number, string>> = {
  400: "Correct the object: the message names what is wrong.",
  401: "Sign in again: renew the token or certificate of the kubeconfig.",
  403: "Ask for a role that allows it, or use another context.",
  409: "Look at the newer version, then apply your change on top of it.",
  422: "Correct the fields that the message names.",
  413: "Make the object smaller: the API server takes about 1.5 MB.",
  429: "Wait a moment: the API server has too much to do.",
};

/**
 * What an answer that is no success means.
 * `body` is the text or parsed value that came, a `Status` or not; `doing` says what was asked,
 * such as "list pods".
 */
export function statusError(
  httpStatus: number,
  body: unknown,
  doing: string,
  retryAfterHeader?: string,
): AppError {
  const status = Status.safeParse(typeof body === "string" ? parsed(body) : body);
  const code = status.data?.code ?? httpStatus;
  const causes = status.data?.details?.causes ?? [];
  const told = status.data?.message ?? `the API server answered ${httpStatus}`;
  const message = strictPatchFault(causes) ?? told;
  return new AppError(
    CODES[code] ?? (code >= 500 ? "unavailable" : "invalid"),
    `Cannot ${doing}: ${message.slice(0, MAX_MESSAGE)}`,
    {
      hint: HINTS[code] ?? (code >= 500 ? "Try again; look at the API server's log." : undefined),
      retryAfter:
        retryAfterOf(retryAfterHeader) ?? retryAfterOf(status.data?.details?.retryAfterSeconds),
      causes: causes.length > 0 && message === told ? causesOf(causes) : strictCauses(message),
    },
  );
}

/**
 * What strict decoding finds in a patch, without the whole object that kube-apiserver (1.33) quotes
 * before it: there the only cause's field is `patch`.
 */
function strictPatchFault(causes: readonly Cause[]): string | undefined {
  const [only] = causes;
  if (causes.length !== 1 || only?.field !== "patch") return undefined;
  return /": (strict decoding error: .*)$/s.exec(only.message ?? "")?.[1];
}

/** Strict decoding names the fields in its message only. */
const strictCauses = (message: string): FieldCause[] =>
  [...message.matchAll(/\b((?:unknown|duplicate) field) "([^"]+)"/g)].map(([, what, field]) => ({
    field: field ?? "",
    message: what ?? "",
  }));

function causesOf(causes: readonly Cause[]): FieldCause[] {
  // "<nil>" names no field: it says that CEL rules were not tried after the other errors.
  return causes.flatMap(({ field = "", message = "" }) =>
    field === "<nil>" ? [] : [{ field, message }],
  );
}

/** Both forms of Retry-After that API servers send are whole seconds. */
function retryAfterOf(value: string | number | undefined): Millis | undefined {
  const count = Number(value);
  return value !== undefined && count > 0 && count <= 3_600 ? seconds(count) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Proxies answer with HTML; the HTTP status then says all that is known.
    return undefined;
  }
}

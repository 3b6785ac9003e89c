import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";
import { AppError, type ErrorCode } from "@/lib/base/errors";
import type { Context } from "./context";

const CODES = {
  "not-found": "NOT_FOUND",
  forbidden: "FORBIDDEN",
  conflict: "CONFLICT",
  invalid: "BAD_REQUEST",
  expired: "PRECONDITION_FAILED",
  unavailable: "SERVICE_UNAVAILABLE",
  timeout: "TIMEOUT",
  unsupported: "NOT_IMPLEMENTED",
} as const satisfies Record<ErrorCode, TRPCError["code"]>;

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: 5_000 },
    client: { reconnectAfterInactivityMs: 15_000 },
  },
  errorFormatter: ({ shape, error, ctx }) => {
    const cause = error.cause;
    return {
      ...shape,
      message: messageOf(error, shape.message, ctx?.requestId),
      data: {
        ...shape.data,
        code: shape.data.code,
        appCode: cause instanceof AppError ? cause.code : undefined,
        hint: cause instanceof AppError ? cause.hint : undefined,
        causes: cause instanceof AppError ? cause.causes : [],
      },
    };
  },
});

function messageOf(error: TRPCError, fallback: string, requestId: string | undefined): string {
  const { cause } = error;
  if (cause instanceof ZodError) {
    return cause.issues
      .map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`)
      .join("; ");
  }
  // A bug tells the operator nothing but where to look it up in our log.
  if (error.code === "INTERNAL_SERVER_ERROR")
    return `Internal error, request ${requestId ?? "unknown"}`;
  return fallback;
}

/** Turns an AppError into the tRPC error of the same meaning, and logs what is a bug. */
const translateErrors = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (cause instanceof AppError) {
    throw new TRPCError({ code: CODES[cause.code], message: cause.message, cause });
  }
  if (result.error.code === "INTERNAL_SERVER_ERROR") {
    ctx.log.error({ err: result.error, path, requestId: ctx.requestId }, "procedure failed");
  }
  return result;
});

export const { router, createCallerFactory } = t;
export const procedure = t.procedure.use(translateErrors);

import type { Millis } from "./units";

/** Every way the outside world can fail us. Add a code only if a caller acts on it. */
export type ErrorCode =
  | "not-found"
  | "forbidden"
  | "conflict"
  | "invalid"
  | "expired"
  | "unavailable"
  | "timeout"
  | "unsupported";

/** One field of a refused object: `field` is a path such as `spec.http[0].route[0].weight`. */
export interface FieldCause {
  readonly field: string;
  readonly message: string;
}

/** Marks AppErrors of every copy of this module; see `Symbol.hasInstance` below. */
const APP_ERROR: unique symbol = Symbol.for("quarterdeck.AppError");

/**
 * A failure that the operator can act on.
 *
 * Adapters turn every library error into this class at the edge, so nothing above them knows of
 * fetch, Kubernetes or Prometheus errors. Anything else that is thrown is a bug, and reported so.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly [APP_ERROR] = true;
  /** What to do next: one imperative sentence, shown under the message. */
  readonly hint: string | undefined;
  /** How long the other side asks us to wait before the next try. */
  readonly retryAfter: Millis | undefined;
  /** The fields at fault, where the other side named them. */
  readonly causes: readonly FieldCause[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: {
      cause?: unknown;
      hint?: string | undefined;
      retryAfter?: Millis | undefined;
      causes?: readonly FieldCause[] | undefined;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.retryAfter = options.retryAfter;
    this.causes = options.causes ?? [];
  }

  /**
   * `instanceof` by the mark instead of the prototype: Next loads instrumentation (where the
   * adapters live) and routes as separate copies of this module, each with a class of its own.
   */
  static override [Symbol.hasInstance](value: unknown): value is AppError {
    return typeof value === "object" && value !== null && APP_ERROR in value;
  }
}

import { parseDuration } from "@/lib/istio/duration";
import type { HttpRetry } from "@/lib/istio/virtual-service";

/** How often a request is tried again, and upon what. */
export interface RetryPolicy {
  /** Tries after the first; 0 for none. */
  readonly retries: number;
  readonly on: ReadonlySet<string>;
  /** Status codes that are named by number. */
  readonly statuses: ReadonlySet<number>;
  /** For each try, in ms; undefined for none. */
  readonly perTryTimeoutMs: number | undefined;
  /** The first pause is drawn from below this, in ms. */
  readonly backoffMs: number;
  /** Whether a retry avoids the endpoints that were tried before. */
  readonly ignorePreviousHosts: boolean;
  /** Whether retries turn to other priorities, and so to other localities. */
  readonly remoteLocalities: boolean;
}

/** How one try went wrong: with a status, or before there was one. */
export type TryFailure =
  | { readonly type: "status"; readonly status: number }
  | { readonly type: "connect-failure" | "reset" | "per-try-timeout" };

const DEFAULT_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
const DEFAULT_RETRIES = 2;
const DEFAULT_BACKOFF_MS = 25;

/**
 * The retry policy of a route: its own, else the mesh config's, else Istio's default of two
 * retries, which answers of the application never trigger (503 is not among the conditions).
 */
export function retryPolicy(
  route: HttpRetry | undefined,
  meshDefault: HttpRetry | undefined,
): RetryPolicy {
  const given = route ?? meshDefault;
  const words = (given?.retryOn || DEFAULT_ON).split(",").map((word) => word.trim());
  const statuses = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const backoff = given?.backoff === undefined ? undefined : parseDuration(given.backoff);
  const perTry =
    given?.perTryTimeout === undefined ? undefined : parseDuration(given.perTryTimeout);
  return {
    retries: given ? (given.attempts ?? 0) : DEFAULT_RETRIES,
    on: new Set(words),
    statuses: new Set(statuses),
    perTryTimeoutMs: perTry || undefined,
    backoffMs: backoff || DEFAULT_BACKOFF_MS,
    ignorePreviousHosts: given?.retryIgnorePreviousHosts ?? true,
    remoteLocalities: given?.retryRemoteLocalities ?? false,
  };
}

/**
 * The policy of a route with a timeout (in ms): one for each try that is as long is no timeout of its
 * own. Source: Envoy's FilterUtility::finalTimeout.
 */
export const withinTimeout = (policy: RetryPolicy, timeoutMs: number | undefined): RetryPolicy =>
  timeoutMs && policy.perTryTimeoutMs !== undefined && policy.perTryTimeoutMs >= timeoutMs
    ? { ...policy, perTryTimeoutMs: undefined }
    : policy;

/** Whatever answers a try that got none would be a 5xx of the proxy itself. */
const retriesResets = (on: ReadonlySet<string>): boolean =>
  on.has("reset") || on.has("5xx") || on.has("gateway-error");

/** Whether a failure is one that the policy tries again upon. Source: Envoy's `x-envoy-retry-on`. */
export function isRetried(policy: RetryPolicy, failure: TryFailure): boolean {
  const { on, statuses } = policy;
  switch (failure.type) {
    case "connect-failure":
      return on.has("connect-failure") || on.has("reset-before-request") || retriesResets(on);
    case "reset":
    case "per-try-timeout":
      return retriesResets(on);
    case "status": {
      const { status } = failure;
      if (statuses.has(status)) return true;
      if (on.has("5xx") && status >= 500) return true;
      if (on.has("gateway-error") && status >= 502 && status <= 504) return true;
      return on.has("retriable-4xx") && status === 409;
    }
  }
}

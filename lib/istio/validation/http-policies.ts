import type { Field } from "@/lib/yaml/field";
import { checkDuration, durationMillis } from "./durations";
import { corsHeaderNameProblem } from "./headers";
import { httpStatusProblem } from "./http-answers";
import type { Issues } from "./issue";
import { quoted } from "./names";
import { checkRegexMatch } from "./string-match";

const METHODS: ReadonlySet<string> = new Set(
  "GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE *".split(" "),
);

/** Checks `corsPolicy`. */
export function checkCors(policy: Field, issues: Issues): void {
  if (!policy.exists) return;
  for (const origin of policy.at("allowOrigins").items()) {
    const kinds = ["exact", "prefix", "regex"];
    if (kinds.some((kind) => origin.at(kind).text !== undefined)) {
      checkRegexMatch(origin, "corsPolicy.allowOrigins", issues);
    } else issues.error(origin, "'' is not a valid match type for CORS allow origins");
  }
  for (const method of policy.at("allowMethods").items()) {
    if (METHODS.has(method.text ?? "")) continue;
    issues.error(method, `${quoted(method.text ?? "")} is not a supported HTTP method`);
  }
  for (const list of ["allowHeaders", "exposeHeaders"]) {
    for (const name of policy.at(list).items()) {
      issues.check(name, corsHeaderNameProblem(name.text ?? ""));
    }
  }
  const age = policy.at("maxAge");
  checkDuration(age, issues);
  const millis = durationMillis(age);
  if (millis > 0 && millis % 1000 !== 0) {
    issues.error(age, "max_age duration is accurate only to seconds precision");
  }
}

/** Checks `fault`. */
export function checkFault(fault: Field, issues: Issues): void {
  if (!fault.exists) return;
  const abort = fault.at("abort");
  const delay = fault.at("delay");
  if (!abort.exists && !delay.exists) {
    issues.error(fault, "HTTP fault injection must have an abort and/or a delay");
  }
  checkAbort(abort, issues);
  checkDelay(delay, issues);
}

const GRPC_STATUSES: ReadonlySet<string> = new Set([
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
]);

/** Checks `fault.abort`. */
export function checkAbort(abort: Field, issues: Issues): void {
  if (!abort.exists) return;
  checkPercentage(abort.at("percentage"), issues);
  const grpc = abort.at("grpcStatus");
  const status = abort.at("httpStatus");
  if (grpc.exists) {
    if (GRPC_STATUSES.has(grpc.text ?? "")) return;
    issues.error(
      grpc,
      `gRPC status ${quoted(grpc.text ?? "")} is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, for example 'NOT_FOUND'`,
    );
  } else if (abort.at("http2Error").exists) {
    issues.error(abort.at("http2Error"), "HTTP/2 abort fault injection not supported yet");
  } else if (status.exists) issues.check(status, httpStatusProblem(status.number ?? 0));
  else issues.warn(abort, "abort configured, but error type not set");
}

/** Checks `fault.delay`. */
export function checkDelay(delay: Field, issues: Issues): void {
  if (!delay.exists) return;
  checkPercentage(delay.at("percentage"), issues);
  checkDuration(delay.at("fixedDelay"), issues);
  const exponential = delay.at("exponentialDelay");
  if (!exponential.exists) return;
  checkDuration(exponential, issues);
  issues.error(exponential, "exponentialDelay not supported yet");
}

function checkPercentage(percentage: Field, issues: Issues): void {
  const value = percentage.at("value").number ?? 0;
  if (value < 0 || value > 100 || (value > 0 && value < 0.0001)) {
    issues.error(percentage, `percentage ${value} is neither 0.0, nor in range [0.0001, 100.0]`);
  }
}

const RETRY_POLICIES: ReadonlySet<string> = new Set([
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "retriable-4xx",
  "refused-stream",
  "retriable-status-codes",
  "retriable-headers",
  "envoy-ratelimited",
  "http3-post-connect-failure",
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
]);

/** Statuses that Go has a name for, as ranges: istiod takes no other one in `retryOn`. */
const NAMED_STATUSES: readonly (readonly [first: number, last: number])[] = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 418],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
];

function isRetryPolicy(policy: string): boolean {
  if (RETRY_POLICIES.has(policy)) return true;
  if (!/^[+-]?\d+$/.test(policy)) return false;
  const status = Number(policy);
  return NAMED_STATUSES.some(([first, last]) => status >= first && status <= last);
}

/** Checks `retries`. */
export function checkRetries(retries: Field, issues: Issues): void {
  if (!retries.exists) return;
  const attempts = retries.at("attempts").number ?? 0;
  if (attempts < 0) issues.error(retries.at("attempts"), "attempts cannot be negative");
  const retryOn = retries.at("retryOn");
  const isConfigured =
    retries.at("perTryTimeout").exists ||
    retryOn.text !== undefined ||
    retries.at("retryRemoteLocalities").exists;
  if (attempts === 0 && isConfigured) {
    issues.error(retries, "http retry policy configured when attempts are set to 0 (disabled)");
  }
  checkDuration(retries.at("perTryTimeout"), issues);
  // Not trimmed: a space makes another policy of it.
  for (const policy of retryOn.text?.split(",") ?? []) {
    if (isRetryPolicy(policy)) continue;
    issues.error(retryOn, `${quoted(policy)} is not a valid retryOn policy`);
  }
  checkDuration(retries.at("backoff"), issues);
}

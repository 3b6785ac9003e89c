import type { Forward } from "./decision";
import { applied } from "./rewrite";

type Headers = Readonly<Record<string, string>>;

/**
 * Headers that steer a proxy, which it takes from nobody whom it does not trust: it trusts no
 * client. Source: Envoy's connection manager, for requests that are not internal.
 */
const INTERNAL: readonly string[] = [
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
  "x-envoy-original-url",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-decorator-operation",
  "x-envoy-internal",
];

/** A request's headers as a proxy takes them in. */
export function sanitizedHeaders(headers: Headers): Headers {
  if (!INTERNAL.some((name) => headers[name] !== undefined)) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !INTERNAL.includes(name)));
}

/**
 * A request's headers as a proxy that routes it sends them: which try it is and how long the proxy
 * waits, then what the route changes, then what the path and the host were before. A route may change
 * what the proxy tells of the first try; of later ones it tells anew.
 */
export function routedHeaders(
  headers: Headers,
  { path, authority, originalHost, timeoutMs, retry, rewrites, requestHeaders }: Forward,
  before: { readonly path: string; readonly attempt: number },
): Headers {
  const expected = retry.perTryTimeoutMs ?? timeoutMs;
  const count = { "x-envoy-attempt-count": String(before.attempt) };
  const told = {
    ...headers,
    ...count,
    ...(expected === undefined ? {} : { "x-envoy-expected-rq-timeout-ms": String(expected) }),
  };
  return {
    ...applied(told, requestHeaders),
    ...(before.attempt > 1 ? count : {}),
    ...(path === before.path && !rewrites ? {} : { "x-envoy-original-path": before.path }),
    ...(authority === originalHost ? {} : { "x-envoy-original-host": originalHost }),
  };
}

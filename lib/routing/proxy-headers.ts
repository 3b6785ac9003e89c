import type { Forward } from "./decision";

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
 * What a proxy that routes a request tells the server of it: which try it is, how long it waits,
 * and what the path and the host were before it changed them.
 */
export function routedHeaders(
  { path, authority, timeoutMs, retry, rewrites }: Forward,
  before: { readonly path: string; readonly authority: string },
  attempt: number,
): Headers {
  const expected = retry.perTryTimeoutMs ?? timeoutMs;
  return {
    "x-envoy-attempt-count": String(attempt),
    ...(expected === undefined ? {} : { "x-envoy-expected-rq-timeout-ms": String(expected) }),
    ...(path === before.path && !rewrites ? {} : { "x-envoy-original-path": before.path }),
    ...(authority === before.authority ? {} : { "x-envoy-original-host": before.authority }),
  };
}

import type { Field } from "@/lib/yaml/field";
import { checkDuration, durationMillis, isReadable } from "./durations";
import type { Issues } from "./issue";

const HTTP_COUNTS: readonly (readonly [field: string, words: string])[] = [
  ["http1MaxPendingRequests", "http1 max pending requests"],
  ["http2MaxRequests", "http2 max requests"],
  ["maxRequestsPerConnection", "max requests per connection"],
  ["maxRetries", "max retries"],
  ["maxConcurrentStreams", "max concurrent streams"],
];

/** Checks `connectionPool` of a traffic policy or of a sidecar's listener. */
export function checkConnectionPool(pool: Field, issues: Issues): void {
  if (!pool.exists) return;
  const http = pool.at("http");
  const tcp = pool.at("tcp");
  if (!http.exists && !tcp.exists) {
    issues.error(pool, "connection pool must have at least one field");
    return;
  }
  if (http.exists) checkHttp(http, issues);
  if (tcp.exists) checkTcp(tcp, issues);
}

function checkCount(field: Field, words: string, issues: Issues): void {
  if ((field.number ?? 0) < 0) issues.error(field, `${words} must be non-negative`);
}

function checkHttp(http: Field, issues: Issues): void {
  for (const [field, words] of HTTP_COUNTS) checkCount(http.at(field), words, issues);
  checkDuration(http.at("idleTimeout"), issues);
  const sameProtocol = http.at("useClientProtocol");
  if (sameProtocol.isTrue && http.at("h2UpgradePolicy").text === "UPGRADE") {
    issues.error(
      sameProtocol,
      "use client protocol must not be true when H2UpgradePolicy is UPGRADE",
    );
  }
  const keepAlive = http.at("http2KeepAlive");
  if (!keepAlive.exists) return;
  for (const name of ["interval", "timeout"] as const) {
    const duration = keepAlive.at(name);
    if (duration.exists) checkDuration(duration, issues);
    else issues.error(keepAlive, `http2 keepalive ${name} is required`);
  }
}

function checkTcp(tcp: Field, issues: Issues): void {
  checkCount(tcp.at("maxConnections"), "max connections", issues);
  checkDuration(tcp.at("connectTimeout"), issues);
  checkDuration(tcp.at("maxConnectionDuration"), issues);
  const idle = tcp.at("idleTimeout");
  // Less than a millisecond switches the timeout off.
  if (isReadable(idle, issues) && Math.trunc(durationMillis(idle)) !== 0) {
    checkDuration(idle, issues);
  }
  checkDuration(tcp.at("tcpKeepalive", "time"), issues);
  checkDuration(tcp.at("tcpKeepalive", "interval"), issues);
}

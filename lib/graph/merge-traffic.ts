import { compare } from "./collect";
import type { ResponseShare, Traffic } from "./mesh-graph";
import { errorsPerSecond, NO_LATENCY } from "./traffic";

const add = (values: readonly (number | null)[]): number | null =>
  values.reduce(
    (sum, value) => (sum === null || value === null ? (sum ?? value) : sum + value),
    null,
  );

/** The traffic of several together. Quantiles cannot be added up: only those of one stay. */
export function mergeTraffic(parts: readonly Traffic[]): Traffic {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const requestsPerSecond = add(parts.map((part) => part.requestsPerSecond));
  const failed = add(parts.map(errorsPerSecond));
  const timed = parts.filter(({ latency }) => latency.average !== null);
  const asked = add(timed.map((part) => part.requestsPerSecond));
  const spent = add(
    timed.map(({ latency, requestsPerSecond: rate }) => (latency.average ?? 0) * (rate ?? 0)),
  );
  return {
    protocols: [...new Set(parts.flatMap(({ protocols }) => protocols))].sort(compare),
    requestsPerSecond,
    errorRatio: requestsPerSecond ? (failed ?? 0) / requestsPerSecond : null,
    responses: mergeResponses(parts.flatMap(({ responses }) => responses)),
    latency: { average: asked ? (spent ?? 0) / asked : null, ...NO_LATENCY },
    payloadPerSecond: add(parts.map((part) => part.payloadPerSecond)),
    tcpSentPerSecond: add(parts.map((part) => part.tcpSentPerSecond)),
    tcpReceivedPerSecond: add(parts.map((part) => part.tcpReceivedPerSecond)),
  };
}

function mergeResponses(responses: readonly ResponseShare[]): readonly ResponseShare[] {
  const merged = new Map<string, ResponseShare>();
  for (const response of responses) {
    const key = `${response.code} ${response.grpcStatus ?? ""} ${response.flags}`;
    const before = merged.get(key)?.requestsPerSecond ?? 0;
    merged.set(key, { ...response, requestsPerSecond: before + response.requestsPerSecond });
  }
  return [...merged]
    .sort(([a, x], [b, y]) => y.requestsPerSecond - x.requestsPerSecond || compare(a, b))
    .map(([, response]) => response);
}

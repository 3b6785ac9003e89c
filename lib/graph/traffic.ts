import { compare } from "./collect";
import type { Flow } from "./flows";
import type { Latency, Protocol, ResponseShare, Traffic } from "./mesh-graph";

/** No latency was measured. */
export const NO_LATENCY: Omit<Latency, "average"> = { p50: null, p95: null, p99: null };

/**
 * gRPC statuses that say the server failed: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL,
 * UNAVAILABLE, DATA_LOSS. The others tell the client about itself.
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
const FAILED_GRPC: ReadonlySet<string> = new Set(["2", "4", "12", "13", "14", "15"]);

/**
 * Whether a response counts as an error: a status of 5xx, none at all (`0`: the connection broke),
 * or a gRPC status that says the server failed. 4xx is the client's doing, and counts as answered.
 */
export function isFailure(response: { code: string; grpcStatus?: string | undefined }): boolean {
  if (response.grpcStatus && FAILED_GRPC.has(response.grpcStatus)) return true;
  return response.code === "0" || response.code.startsWith("5");
}

/** Adds up flows. Quantiles cannot be added up, so they are given; means can. */
export function sumTraffic(flows: readonly Flow[], quantiles: Omit<Latency, "average">): Traffic {
  const protocols = new Set<Protocol>();
  const responses = new Map<string, ResponseShare>();
  let sent = 0;
  let received = 0;
  let payload: number | null = null;
  let durations: number | null = null;
  for (const flow of flows) {
    protocols.add(flow.protocol);
    sent += flow.tcpSentPerSecond;
    received += flow.tcpReceivedPerSecond;
    payload = sumOfKnown(payload, flow.payloadPerSecond);
    durations = sumOfKnown(durations, flow.durationPerSecond);
    for (const { code, grpcStatus, flags, requestsPerSecond } of flow.responses) {
      const key = `${code} ${grpcStatus} ${flags}`;
      const before = responses.get(key)?.requestsPerSecond ?? 0;
      responses.set(key, {
        code,
        ...(grpcStatus ? { grpcStatus } : {}),
        flags,
        requestsPerSecond: before + requestsPerSecond,
        failed: isFailure({ code, grpcStatus }),
      });
    }
  }
  const counted = [...responses].sort(
    ([a, x], [b, y]) => y.requestsPerSecond - x.requestsPerSecond || compare(a, b),
  );
  const all = counted.map(([, response]) => response);
  const asksRequests = protocols.has("http") || protocols.has("grpc");
  const requestsPerSecond = asksRequests ? total(all) : null;
  return {
    protocols: [...protocols].sort(compare),
    requestsPerSecond,
    errorRatio: requestsPerSecond
      ? total(all.filter(({ failed }) => failed)) / requestsPerSecond
      : null,
    responses: all,
    latency: {
      average: durations !== null && requestsPerSecond ? durations / requestsPerSecond : null,
      ...quantiles,
    },
    payloadPerSecond: payload,
    tcpSentPerSecond: protocols.has("tcp") ? sent : null,
    tcpReceivedPerSecond: protocols.has("tcp") ? received : null,
  };
}

const sumOfKnown = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : a + b;

const total = (responses: readonly ResponseShare[]) =>
  responses.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);

/** Whether anything at all went over the wire. */
export const isIdle = (traffic: Traffic): boolean =>
  !traffic.requestsPerSecond && !traffic.tcpSentPerSecond && !traffic.tcpReceivedPerSecond;

/** Failed requests per second; `null` when requests were not measured. */
export const errorsPerSecond = (traffic: Traffic): number | null =>
  traffic.requestsPerSecond === null ? null : (traffic.errorRatio ?? 0) * traffic.requestsPerSecond;

/** The kind of failure that most requests ended in. */
export const worstResponse = (traffic: Traffic): ResponseShare | undefined =>
  traffic.responses.find(({ failed, requestsPerSecond }) => failed && requestsPerSecond > 0);

import { formatBytes, formatErrorShare, formatLimit, formatRate } from "./format";
import type { Health, Pods, Traffic } from "./mesh-graph";
import { errorsPerSecond, isIdle } from "./traffic";

/** Error shares in [0, 1] from which traffic counts as degraded and as failing. */
export interface ErrorLimits {
  readonly degraded: number;
  readonly failing: number;
  /** Fewer failed requests than this in the window are chance, and degrade at most. */
  readonly failuresToFail: number;
}

/** The limits that hold unless someone sets others. */
export const ERROR_LIMITS: ErrorLimits = { degraded: 0.01, failing: 0.05, failuresToFail: 3 };

/** Nothing could be measured. */
export const UNMEASURED: Health = {
  state: "unknown",
  rule: "telemetry",
  text: "Prometheus has not answered, so traffic is not known.",
};

/** A route of a gateway that nothing was sent on, by any report. */
export const CONFIGURED_ONLY: Health = {
  state: "idle",
  rule: "traffic",
  text: "A gateway routes here; no proxy reports traffic.",
};

/** The health of traffic by itself. */
export function trafficHealth(
  traffic: Traffic,
  windowSeconds: number,
  limits: ErrorLimits = ERROR_LIMITS,
): Health {
  if (traffic.protocols.length === 0) {
    return { state: "idle", rule: "traffic", text: "No proxy reports traffic here." };
  }
  if (isIdle(traffic)) {
    return { state: "idle", rule: "traffic", text: `No traffic in the last ${windowSeconds} s.` };
  }
  const { requestsPerSecond, errorRatio } = traffic;
  if (requestsPerSecond === null || errorRatio === null) {
    const bytes = (traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0);
    return {
      state: "healthy",
      rule: "bytes",
      text: `TCP traffic of ${formatBytes(bytes)}; TCP has no error share.`,
    };
  }
  const failures = (errorsPerSecond(traffic) ?? 0) * windowSeconds;
  const share = `${formatErrorShare(errorRatio)} of ${formatRate(requestsPerSecond)} requests/s fail`;
  if (errorRatio >= limits.failing && failures >= limits.failuresToFail) {
    return {
      state: "failing",
      rule: "error-share",
      text: `${share}; red from ${formatLimit(limits.failing)}`,
    };
  }
  if (errorRatio >= limits.degraded) {
    return {
      state: "degraded",
      rule: "error-share",
      text: `${share}; amber from ${formatLimit(limits.degraded)}`,
    };
  }
  return {
    state: "healthy",
    rule: "error-share",
    text: `${share}; amber from ${formatLimit(limits.degraded)}`,
  };
}

/**
 * The health of what calls others and is called by nobody. An ingress gateway is judged by what it
 * sends on, since its clients get just that; any other client is not to blame for what it calls.
 */
export function clientHealth(traffic: Traffic, windowSeconds: number): Health {
  if (traffic.protocols.length > 0) return trafficHealth(traffic, windowSeconds);
  return { state: "healthy", rule: "traffic", text: "It sends requests and receives none." };
}

/** The health of pods by themselves; undefined when they are well, or none are known. */
export function readinessHealth(pods: Pods | null): Health | undefined {
  if (!pods || pods.total === 0 || pods.ready === pods.total) return undefined;
  const text = `${pods.ready} of ${pods.total} pods are ready`;
  return pods.ready === 0
    ? { state: "failing", rule: "readiness", text }
    : { state: "degraded", rule: "readiness", text };
}

const SEVERITY = { failing: 4, degraded: 3, unknown: 2, healthy: 1, idle: 0 } as const;

/** Orders states: the worse, the larger. Idle is the least, since nothing can fail there. */
export const severity = (state: Health["state"]): number => SEVERITY[state];

/** The worse of two verdicts; the first when they are equal. */
export const worse = (a: Health, b: Health | undefined): Health =>
  b && severity(b.state) > severity(a.state) ? b : a;

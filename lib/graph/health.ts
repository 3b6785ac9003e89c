import { formatBytes, formatErrorShare, formatLimit, formatRate } from "./format";
import type { Health, Pods, Traffic } from "./mesh-graph";
import { countMeant, ERROR_LIMITS, type ErrorLimits } from "./response-limits";
import { isIdle } from "./traffic";

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

/** The health of traffic by itself: the worst of what its limits say. */
export function trafficHealth(
  traffic: Traffic,
  windowSeconds: number,
  limits: readonly ErrorLimits[] = [ERROR_LIMITS],
): Health {
  if (traffic.protocols.length === 0) {
    return { state: "idle", rule: "traffic", text: "No proxy reports traffic here." };
  }
  if (isIdle(traffic)) {
    return { state: "idle", rule: "traffic", text: `No traffic in the last ${windowSeconds} s.` };
  }
  if (traffic.requestsPerSecond === null || traffic.errorRatio === null) {
    const bytes = (traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0);
    return {
      state: "healthy",
      rule: "bytes",
      text: `TCP traffic of ${formatBytes(bytes)}; TCP has no error share.`,
    };
  }
  const judged = limits.length > 0 ? limits : [ERROR_LIMITS];
  return worstOf([
    ...judged.map((one) => requestHealth(traffic, windowSeconds, one)),
    saturationHealth(traffic, windowSeconds),
  ]);
}

/**
 * Flags of requests that a limit turned away: circuit breaker, rate limit, overload manager.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export const TURNED_AWAY: ReadonlySet<string> = new Set(["UO", "RL", "OM"]);
/** From which share and number of requests turned away on it is amber. */
export const SATURATED = { share: 0.01, requests: 3 } as const;

/** Whether limits turn requests away; undefined where they do not, or hardly. */
function saturationHealth(
  { responses, requestsPerSecond }: Traffic,
  windowSeconds: number,
): Health | undefined {
  const away = responses.filter(({ flags }) => flags.split(",").some((f) => TURNED_AWAY.has(f)));
  const rate = away.reduce((sum, response) => sum + response.requestsPerSecond, 0);
  const share = requestsPerSecond ? rate / requestsPerSecond : 0;
  if (share < SATURATED.share || rate * windowSeconds < SATURATED.requests) return undefined;
  const flags = [...new Set(away.map((response) => response.flags))].join(", ");
  return {
    state: "degraded",
    rule: "saturation",
    text:
      `${formatErrorShare(share)} of requests are turned away by a limit (${flags}); ` +
      `amber from ${formatLimit(SATURATED.share)}`,
  };
}

function requestHealth(traffic: Traffic, windowSeconds: number, limits: ErrorLimits): Health {
  const { all, meant } = countMeant(limits, traffic.responses);
  const ratio = all > 0 ? meant / all : 0;
  const what = limits.codes === undefined ? "fail" : `end in ${limits.codes}`;
  const share = `${formatErrorShare(ratio)} of ${formatRate(all)} requests/s ${what}`;
  const by = limits.setBy === undefined ? "" : `, by ${limits.setBy}`;
  const verdict = (state: Health["state"], limit: string): Health => ({
    state,
    rule: "error-share",
    text: `${share}; ${limit}${by}`,
  });
  if (meant > 0 && ratio >= limits.failing && meant * windowSeconds >= limits.failuresToFail) {
    return verdict("failing", `red from ${formatLimit(limits.failing)}`);
  }
  const amber = `amber from ${formatLimit(limits.degraded)}`;
  return verdict(meant > 0 && ratio >= limits.degraded ? "degraded" : "healthy", amber);
}

/**
 * The health of what calls others and is called by nobody. An ingress gateway is judged by what it
 * sends on, since its clients get just that; any other client is not to blame for what it calls.
 */
export function clientHealth(
  traffic: Traffic,
  windowSeconds: number,
  limits: readonly ErrorLimits[],
): Health {
  if (traffic.protocols.length > 0) return trafficHealth(traffic, windowSeconds, limits);
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

/** Whether somebody must look at it. */
export const isUnwell = ({ state }: Health): boolean => state === "failing" || state === "degraded";

/**
 * The worst of several verdicts, the first of equals; what else is not well goes into its `others`.
 * What is well says nothing beside it.
 */
export function worstOf(verdicts: readonly (Health | undefined)[]): Health {
  const all = verdicts.flatMap((verdict) => {
    if (!verdict) return [];
    const { others = [], ...own } = verdict;
    return [own, ...others];
  });
  const [worst, ...rest] = all.sort((a, b) => severity(b.state) - severity(a.state));
  if (!worst) throw new TypeError("there is no verdict to choose from");
  const others = rest.filter(isUnwell);
  return others.length > 0 ? { ...worst, others } : worst;
}

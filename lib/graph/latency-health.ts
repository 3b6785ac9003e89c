import type { MeshView } from "@/lib/mesh/view";
import { endsOf } from "./ends";
import type { Telemetry } from "./flows";
import { formatLatency } from "./format";
import { versionId } from "./legs";
import type { GraphType, Health, Traffic } from "./mesh-graph";
import { endsNaming } from "./named-ends";
import { isClientSide } from "./parties";
import { PAST } from "./queries";
import { type ErrorLimits, SLOWER_LIMITS } from "./response-limits";

/** Fewer requests than this, now or then, say nothing about latency. */
const ENOUGH = 50;
/** A few milliseconds more are nobody's trouble, however many times it is. */
const LEAST_MS = 20;
/**
 * A mean that a handful of requests raised (those that a killed pod left to time out) says nothing of
 * the others. Of this many requests on, the slowest twentieth is left out of account; of fewer, the
 * slower half is, and the rest must take this many times the mean of before.
 */
const TAIL = { requests: 200, medianTimes: 1.25 } as const;

/** The mean latency of a while ago, and how many requests it is of. */
interface PastLatency {
  readonly mean: number;
  readonly requests: number;
}

/** Looks up, by the id of a node or of a version, how it was a while ago. */
export type PastLookup = (id: string) => PastLatency | undefined;

interface Sum {
  sum: number;
  count: number;
}

/** What was measured a while ago of everything that is called; the client's side before the server's. */
export function pastLookup(telemetry: Telemetry, mesh: MeshView, type: GraphType): PastLookup {
  const naming = endsNaming(type, mesh);
  const found = new Map<string, { client: Sum; server: Sum }>();
  for (const { labels, value } of telemetry.past) {
    if (value === null || !Number.isFinite(value)) continue;
    const { id, revision } = naming(endsOf(labels)).target;
    for (const key of [id, versionId(id, revision)]) {
      const entry = found.get(key) ?? { client: nothing(), server: nothing() };
      found.set(key, entry);
      const side = entry[isClientSide(labels) ? "client" : "server"];
      if (labels.part === "sum") side.sum += value;
      else if (labels.part === "count") side.count += value;
    }
  }
  return (id) => {
    const entry = found.get(id);
    const side = entry && (entry.client.count > 0 ? entry.client : entry.server);
    if (!side || side.count <= 0) return undefined;
    return { mean: side.sum / side.count, requests: side.count * PAST.windowSeconds };
  };
}

const nothing = (): Sum => ({ sum: 0, count: 0 });

/** Whether requests take much longer than they did; undefined where they do not, or none tells. */
export function latencyHealth(
  traffic: Traffic,
  past: PastLatency | undefined,
  { windowSeconds, limits }: { windowSeconds: number; limits: readonly ErrorLimits[] },
): Health | undefined {
  const now = traffic.latency.average;
  const requests = (traffic.requestsPerSecond ?? 0) * windowSeconds;
  if (now === null || !past || requests < ENOUGH || past.requests < ENOUGH) return undefined;
  const owner = limits.find(({ slower }) => slower !== undefined);
  const { degraded, failing } = owner?.slower ?? SLOWER_LIMITS;
  const times = now / past.mean;
  if (!(times >= degraded) || now - past.mean < LEAST_MS) return undefined;
  if (!isWidespread(traffic.latency, requests, degraded * past.mean, past.mean)) return undefined;
  const red = times >= failing;
  const by = owner?.setBy === undefined ? "" : `, by ${owner.setBy}`;
  return {
    state: red ? "failing" : "degraded",
    rule: "latency",
    text:
      `Requests take ${formatLatency(now)} on average, ${times.toFixed(1)} times the ` +
      `${formatLatency(past.mean)} of before; ${red ? "red" : "amber"} from ` +
      `${red ? failing : degraded} times${by}`,
  };
}

/**
 * Whether more than a handful of requests are slow. The mean of the fastest 95 of 100 is at most the
 * median for the faster half of all and p95 for the rest. Where quantiles are not known (yet), the
 * mean alone decides.
 */
function isWidespread(
  { p50, p95 }: Traffic["latency"],
  requests: number,
  limit: number,
  before: number,
): boolean {
  if (p50 === null || p95 === null) return true;
  if (requests < TAIL.requests) return p50 >= TAIL.medianTimes * before;
  return (0.5 * p50 + 0.45 * p95) / 0.95 >= limit;
}

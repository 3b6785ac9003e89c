import type { OutlierDetection } from "@/lib/istio/destination-rule";
import { isHttp } from "@/lib/istio/protocol";
import { CircuitBreaker, type Limits, limitsOf } from "./circuit-breaker";
import type { Cluster } from "./cluster";
import type { Gate } from "./gate";
import { OutlierDetector } from "./outlier-detector";

interface ClusterMemory {
  readonly limits: Limits | undefined;
  readonly detection: OutlierDetection | undefined;
  readonly breaker: CircuitBreaker | undefined;
  /** Made with the first failure. */
  detector: OutlierDetector | undefined;
}

/**
 * What proxies remember of their clusters from one request to the next: which endpoints are ejected,
 * and how much is under way. A cluster whose policy changes is forgotten.
 */
export class UpstreamMemory {
  private readonly memories = new Map<string, ClusterMemory>();

  /** @param at when the request begins, in ms; undefined where nothing is to be remembered */
  gate(proxy: string, cluster: Cluster, at: number): Gate | undefined {
    const { outlierDetection: detection, connectionPool, retryBudget } = cluster.policy;
    if (!detection && !connectionPool && !retryBudget) return undefined;
    const limits = limitsOf(connectionPool, retryBudget);
    if (!detection && !limits) return undefined;
    const memory = this.memoryOf(`${proxy}|${cluster.name}`, detection, limits);
    return gateOf(memory, cluster, at);
  }

  /** The endpoints of a cluster that are ejected at `now` (ms), by their addresses. */
  ejected(proxy: string, cluster: string, now: number): ReadonlySet<string> {
    return this.memories.get(`${proxy}|${cluster}`)?.detector?.ejected(now) ?? NOBODY;
  }

  /** How many endpoints of a cluster are ejected at `now` (ms), and how many were since the start. */
  ejections(
    proxy: string,
    cluster: string,
    now: number,
  ): { readonly active: number; readonly total: number } {
    const detector = this.memories.get(`${proxy}|${cluster}`)?.detector;
    return { active: detector?.ejected(now).size ?? 0, total: detector?.ejections ?? 0 };
  }

  private memoryOf(
    key: string,
    detection: OutlierDetection | undefined,
    limits: Limits | undefined,
  ): ClusterMemory {
    const found = this.memories.get(key);
    if (found && sameSettings(found.detection, detection) && sameSettings(found.limits, limits)) {
      return found;
    }
    const breaker = limits && new CircuitBreaker(limits);
    const made: ClusterMemory = { limits, detection, breaker, detector: undefined };
    this.memories.set(key, made);
    return made;
  }
}

const sameSettings = (a: object | undefined, b: object | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

const NOBODY: ReadonlySet<string> = new Set();

function gateOf(memory: ClusterMemory, cluster: Cluster, at: number): Gate {
  const { breaker, detection } = memory;
  const kind = kindOf(cluster);
  return {
    ejected: memory.detector?.ejected(at) ?? NOBODY,
    enter: (elapsed) => (breaker ? breaker.enter(at + elapsed, kind) : 0),
    ended({ address, outcome, asked, started, ended }) {
      breaker?.stayed(at + asked, at + started, at + ended);
      if (!detection) return;
      const fails = typeof outcome === "string" || outcome.status >= 500;
      if (!fails && !memory.detector) return;
      memory.detector ??= new OutlierDetector(detection, at + ended);
      const hosts = cluster.ready.map((host) => host.address);
      memory.detector.ended(address, outcome, { now: at + ended, hosts });
    },
    mayRetry: (elapsed) => breaker?.mayRetry(at + elapsed) ?? true,
    hasRetried: (from, to) => breaker?.hasRetried(at + from, at + to),
  };
}

/** Sidecars speak HTTP/2 with each other where the port is one of it, or the policy says so. */
function kindOf({ port, policy }: Cluster): "http1" | "http2" | "tcp" {
  const upgrades = policy.connectionPool?.http?.h2UpgradePolicy === "UPGRADE";
  if (port.protocol === "HTTP2" || port.protocol === "GRPC" || upgrades) return "http2";
  return isHttp(port.protocol) || port.protocol === "Auto" ? "http1" : "tcp";
}

import type { Ends } from "./ends";
import type { Reporter } from "./mesh-graph";
import type { LabelledValue, Party } from "./parties";

/** One number of one proxy, and whom it is about. */
export interface Sample {
  readonly metric: "requests" | "tcpSent" | "tcpReceived" | "durations" | "payload";
  readonly labels: LabelledValue["labels"];
  readonly value: number;
  readonly reporter: Reporter;
  readonly ends: Ends;
}

/** What the cluster knows about the pods of a workload, which telemetry does not say. */
export interface PathFacts {
  /** Its pods are those of a waypoint. */
  isWaypoint(party: Party): boolean;
  /** ztunnel carries the traffic of some of its pods. */
  isAmbient(party: Party): boolean;
}

const isTcp = ({ metric }: Sample) => metric === "tcpSent" || metric === "tcpReceived";
/**
 * Those of `samples` that together count each request, and each byte of TCP, once.
 *
 * Requests: the client's side counts, since it alone sees those that reached nobody. The server's
 * side counts only for clients whose own proxy counts none: those outside the mesh, those that
 * only ztunnel carries, and those that keep no metrics. A waypoint counts for the clients that
 * ztunnel carries; a client with a proxy of its own has counted the same requests itself.
 *
 * TCP: likewise, and what ztunnel reports of a pair whose requests are counted is the same traffic
 * once more, as are the connections to and from a waypoint that reports what it passes on.
 *
 * Source: istio.io/latest/docs/reference/config/metrics (`reporter`), istio.io/latest/docs/ambient
 * (layer 4 by ztunnel, layer 7 by waypoints).
 */
export function reportedOnce(samples: readonly Sample[], facts: PathFacts): readonly Sample[] {
  const seen = whatIsReported(samples);
  const requests = samples.filter(
    (sample) => !isTcp(sample) && countsRequests(sample, seen, facts),
  );
  const withRequests = new Map<string, Reporter>();
  for (const sample of requests) {
    const { metric, reporter, ends } = sample;
    if (metric !== "requests") continue;
    const before = withRequests.get(ends.pair);
    // Of two that count, always the same one, in whatever order they come.
    if (before === undefined || reporter > before) withRequests.set(ends.pair, reporter);
  }
  const tcp = samples.filter(
    (sample) => isTcp(sample) && countsTcp(sample, { seen, withRequests, facts }),
  );
  return [...requests, ...tcp];
}

/** Who reports what, whatever counts in the end. */
interface Reported {
  /** Clients whose own proxy counts requests. */
  readonly requestsBy: ReadonlySet<string>;
  /** Clients whose own proxy, or ztunnel, reports anything. */
  readonly anythingBy: ReadonlySet<string>;
  /** Requests that the client's proxy counts: from whom to which service. */
  readonly requestsTo: ReadonlySet<string>;
  /** Pairs of workloads that a waypoint reports, and all that take part in those. */
  readonly waypointPairs: ReadonlySet<string>;
  readonly waypointClients: ReadonlySet<string>;
  readonly waypointServers: ReadonlySet<string>;
}

function whatIsReported(samples: readonly Sample[]): Reported {
  const seen = {
    requestsBy: new Set<string>(),
    anythingBy: new Set<string>(),
    requestsTo: new Set<string>(),
    waypointPairs: new Set<string>(),
    waypointClients: new Set<string>(),
    waypointServers: new Set<string>(),
  };
  for (const { reporter, metric, ends } of samples) {
    if (reporter === "source") {
      seen.anythingBy.add(ends.from);
      if (metric !== "requests") continue;
      seen.requestsBy.add(ends.from);
      seen.requestsTo.add(ends.byService);
    } else if (reporter === "waypoint") {
      seen.waypointPairs.add(ends.pair);
      seen.waypointClients.add(ends.from);
      seen.waypointServers.add(ends.to);
    }
  }
  return seen;
}

function countsRequests({ reporter, ends }: Sample, seen: Reported, facts: PathFacts): boolean {
  const { source } = ends;
  switch (reporter) {
    case "source":
      return true;
    case "waypoint":
      return facts.isAmbient(source) || !seen.requestsTo.has(ends.byService);
    case "destination":
      if (!source.workload) return true;
      if (facts.isWaypoint(source) && seen.waypointServers.has(ends.to)) return false;
      return !seen.requestsBy.has(ends.from) && !seen.waypointPairs.has(ends.pair);
  }
}

function countsTcp(
  { reporter, labels, ends }: Sample,
  context: {
    readonly seen: Reported;
    readonly withRequests: ReadonlyMap<string, Reporter>;
    readonly facts: PathFacts;
  },
): boolean {
  const { seen, withRequests, facts } = context;
  const { source, target } = ends;
  if (reporter === "waypoint") return true;
  if (seen.waypointPairs.has(ends.pair)) return false;
  if (facts.isWaypoint(target) && seen.waypointClients.has(ends.from)) return false;
  if (facts.isWaypoint(source) && seen.waypointServers.has(ends.to)) return false;
  const counted = withRequests.get(ends.pair);
  if (counted !== undefined) {
    // A sidecar counts requests of one port and bytes of another; ztunnel has bytes of all ports.
    if (labels.app === "ztunnel" || reporter !== counted) return false;
  }
  if (reporter === "destination") return !source.workload || !seen.anythingBy.has(ends.from);
  return true;
}

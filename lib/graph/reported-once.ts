import type { Reporter } from "./mesh-graph";
import type { Callee, LabelledValue, Party } from "./parties";

/** One number of one proxy, and whom it is about. */
export interface Sample {
  readonly metric: "requests" | "tcpSent" | "tcpReceived" | "durations" | "payload";
  readonly labels: LabelledValue["labels"];
  readonly value: number;
  readonly reporter: Reporter;
  readonly source: Party;
  readonly target: Callee;
}

/** What the cluster knows about the pods of a workload, which telemetry does not say. */
export interface PathFacts {
  /** Its pods are those of a waypoint. */
  isWaypoint(party: Party): boolean;
  /** ztunnel carries the traffic of some of its pods. */
  isAmbient(party: Party): boolean;
}

const isTcp = ({ metric }: Sample) => metric === "tcpSent" || metric === "tcpReceived";
const nameOf = ({ namespace, workload }: Party) => `${namespace}/${workload}`;
const byService = ({ source, target }: Sample) =>
  `${nameOf(source)}>${target.host || target.service || nameOf(target)}`;
/** Who talks to whom; by the name that was called where nobody answered, or somebody unknown. */
const pair = (sample: Sample) =>
  sample.target.workload ? `${nameOf(sample.source)}>${nameOf(sample.target)}` : byService(sample);

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
    if (sample.metric === "requests") withRequests.set(pair(sample), sample.reporter);
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
  const source = samples.filter(({ reporter }) => reporter === "source");
  const requests = source.filter(({ metric }) => metric === "requests");
  const waypoint = samples.filter(({ reporter }) => reporter === "waypoint");
  return {
    requestsBy: new Set(requests.map((sample) => nameOf(sample.source))),
    anythingBy: new Set(source.map((sample) => nameOf(sample.source))),
    requestsTo: new Set(requests.map(byService)),
    waypointPairs: new Set(waypoint.map(pair)),
    waypointClients: new Set(waypoint.map((sample) => nameOf(sample.source))),
    waypointServers: new Set(waypoint.map((sample) => nameOf(sample.target))),
  };
}

function countsRequests(sample: Sample, seen: Reported, facts: PathFacts): boolean {
  const { reporter, source } = sample;
  switch (reporter) {
    case "source":
      return true;
    case "waypoint":
      return facts.isAmbient(source) || !seen.requestsTo.has(byService(sample));
    case "destination":
      if (!source.workload) return true;
      if (facts.isWaypoint(source) && seen.waypointServers.has(nameOf(sample.target))) return false;
      return !seen.requestsBy.has(nameOf(source)) && !seen.waypointPairs.has(pair(sample));
  }
}

function countsTcp(
  sample: Sample,
  context: {
    readonly seen: Reported;
    readonly withRequests: ReadonlyMap<string, Reporter>;
    readonly facts: PathFacts;
  },
): boolean {
  const { seen, withRequests, facts } = context;
  const { reporter, source, target, labels } = sample;
  if (reporter === "waypoint") return true;
  if (seen.waypointPairs.has(pair(sample))) return false;
  if (facts.isWaypoint(target) && seen.waypointClients.has(nameOf(source))) return false;
  if (facts.isWaypoint(source) && seen.waypointServers.has(nameOf(target))) return false;
  const counted = withRequests.get(pair(sample));
  if (counted !== undefined) {
    // A sidecar counts requests of one port and bytes of another; ztunnel has bytes of all ports.
    if (labels.app === "ztunnel" || reporter !== counted) return false;
  }
  if (reporter === "destination") return !source.workload || !seen.anythingBy.has(nameOf(source));
  return true;
}

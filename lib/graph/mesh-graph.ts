import type { ObjectRef } from "@/lib/istio/kinds";

/**
 * What a node stands for. `service` is a service or an app, whatever the graph draws;
 * `passthrough` and `blackhole` are Envoy's clusters of those names; `group` is what was folded.
 */
export type NodeKind =
  | "service"
  | "workload"
  | "gateway"
  | "external"
  | "passthrough"
  | "blackhole"
  | "unknown"
  | "group";

/** `idle` was measured and had no traffic; `unknown` could not be measured. */
export type HealthState = "healthy" | "degraded" | "failing" | "idle" | "unknown";

/**
 * What is drawn singly: apps (canonical services), the versions of those apps that have several,
 * workloads, or the services that were called.
 */
export const GRAPH_TYPES = ["versionedApp", "app", "workload", "service"] as const;

export type GraphType = (typeof GRAPH_TYPES)[number];

/** A verdict and the sentence that explains it with its numbers. */
export interface Health {
  readonly state: HealthState;
  readonly rule: HealthRule;
  readonly text: string;
  /** What else is not well, worst first; absent where nothing is. */
  readonly others?: readonly Health[];
}

/**
 * What a verdict rests on. `error-share`, `latency` (against the past of the same service),
 * `saturation` (requests that a limit turned away) and `bytes` on traffic; `readiness` on pods;
 * `config` on findings; `proxies` on what istiod says of their sync; `traffic` and `telemetry` on
 * there being none.
 */
export type HealthRule =
  | "error-share"
  | "latency"
  | "saturation"
  | "readiness"
  | "config"
  | "proxies"
  | "bytes"
  | "traffic"
  | "telemetry";

/** Requests that ended alike. */
export interface ResponseShare {
  /** The HTTP status; `0` is a request that ended without one. */
  readonly code: string;
  /** The gRPC status number; absent for plain HTTP. */
  readonly grpcStatus?: string;
  /** Envoy's response flags; `-` is none. */
  readonly flags: string;
  readonly requestsPerSecond: number;
  /** Whether it counts as an error. */
  readonly failed: boolean;
}

/** Milliseconds; `null` where no request was measured. */
export interface Latency {
  /** The mean. */
  readonly average: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** What was measured over the window. Absent parts were not asked of this protocol. */
export interface Traffic {
  readonly protocols: readonly Protocol[];
  /** HTTP and gRPC requests; `null` when no proxy counts requests here, 0 when it counted none. */
  readonly requestsPerSecond: number | null;
  /** Failed requests over all, in [0, 1]; `null` without requests. */
  readonly errorRatio: number | null;
  /** Largest first. */
  readonly responses: readonly ResponseShare[];
  readonly latency: Latency;
  /** Bytes of requests and responses per second; `null` where no proxy measures them. */
  readonly payloadPerSecond: number | null;
  /** Bytes of TCP payload to the client per second; `null` when it is no TCP. */
  readonly tcpSentPerSecond: number | null;
  /** Bytes of TCP payload from the client per second; `null` when it is no TCP. */
  readonly tcpReceivedPerSecond: number | null;
}

export type Protocol = "http" | "grpc" | "tcp";

/** Readiness of the pods behind a node. */
export interface Pods {
  readonly ready: number;
  readonly total: number;
}

/** One version of a service. */
export interface GraphVersion {
  /** The id that edges use while versions are drawn singly. */
  readonly id: string;
  /** The canonical revision; `null` gathers requests that reached no pod. */
  readonly version: string | null;
  readonly workloads: readonly string[];
  /** What callers sent here. */
  readonly inbound: Traffic;
  /** Its part of the requests to the service in [0, 1]; `null` when there were none. */
  readonly share: number | null;
  /** The part that a VirtualService gives it, in [0, 1]; absent when none splits by version. */
  readonly wanted?: number;
  /** It gets a smaller weight than another version: a canary. */
  readonly canary: boolean;
  readonly pods: Pods | null;
  readonly health: Health;
}

/** Configuration worth a mark on the plate. */
export type Badge =
  | "virtual-service"
  | "destination-rule"
  | "gateway"
  | "fault"
  | "timeout"
  | "retry"
  | "mirror"
  | "circuit-breaker"
  | "authorization"
  | "canary"
  | "missing-sidecar"
  | "virtual-machine";

/** A service, a gateway, or something outside the mesh that takes part in traffic. */
export interface GraphNode {
  /** `namespace/name`, or `kind:name` outside the mesh. Opaque and stable. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** Absent outside the mesh. */
  readonly namespace?: string;
  /** The box it stands in, where boxes are made by a label and not by namespaces. */
  readonly group?: string;
  /** Ids of the clusters that its workloads run in, sorted; absent where telemetry names none. */
  readonly clusters?: readonly string[];
  /**
   * What it is called by: names of Services of its namespace, and full hosts of ServiceEntries.
   * Sorted; empty where nothing names it.
   */
  readonly services: readonly string[];
  /** What callers sent here; for a gateway that nobody in the mesh calls, what it sent on. */
  readonly inbound: Traffic;
  /** Sorted by version, those that reached no pod last. One entry when it has one version. */
  readonly versions: readonly GraphVersion[];
  readonly pods: Pods | null;
  readonly badges: readonly Badge[];
  readonly health: Health;
  /** How many nodes were folded into it; of groups alone. */
  readonly members?: number;
  /** What to open to see them: the box that it is all or the rest of, or a namespace in that box. */
  readonly opens?: string;
}

/** Traffic from one node (or version) to another. */
export interface GraphEdge {
  readonly id: string;
  /** Id of a node, or of a version where versions are drawn singly. */
  readonly source: string;
  readonly target: string;
  readonly traffic: Traffic;
  /** Part of the traffic that the destination saw in mutual TLS, in [0, 1]; `null` if it saw none. */
  readonly mutualTls: number | null;
  /** Who counted it, by Istio's label `reporter`, sorted; none where configuration alone draws it. */
  readonly reporters: readonly Reporter[];
  /** A route of a gateway leads here, whether or not traffic does. */
  readonly configured: boolean;
  readonly health: Health;
}

export type Reporter = "source" | "destination" | "waypoint";

/** A namespace that is drawn as a box. */
export interface GraphBox {
  readonly namespace: string;
  /** The mode of its PeerAuthentication, as Istio spells it. */
  readonly mtls: string;
}

/** The mesh as seen over one window of time. */
export interface MeshGraph {
  readonly type: GraphType;
  /** The length of time that rates are measured over. */
  readonly windowSeconds: number;
  /** Sorted by id. */
  readonly nodes: readonly GraphNode[];
  /** Sorted by id. */
  readonly edges: readonly GraphEdge[];
  readonly boxes: readonly GraphBox[];
}

/** The box that a node stands in; undefined for what stands in none. */
export const boxNameOf = ({ group, namespace }: Pick<GraphNode, "group" | "namespace">) =>
  group ?? namespace;

/** An object that decides about a node or an edge, and the part of it that does. */
export interface DecidedBy {
  readonly ref: ObjectRef;
  readonly detail: string;
}

/** The node that an id of a node or of one of its versions belongs to. */
export const nodeIdOf = (leafId: string): string => {
  const at = leafId.lastIndexOf("@");
  return at < 0 ? leafId : leafId.slice(0, at);
};

/** The id of an edge. */
export const edgeId = (source: string, target: string): string => `${source}->${target}`;

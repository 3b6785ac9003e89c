import type { RequestListener } from "node:http";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";

/** Virtual time. Everything in the sandbox that waits or stamps asks this clock. */
export interface SimulationClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `tick` every `ms` of virtual time. Returns how to stop. */
  every(ms: number, tick: (now: number) => void): () => void;
  /** Calls `run` once, `ms` of virtual time from now. Returns how to cancel. */
  after(ms: number, run: () => void): () => void;
}

/** One committed change of the store. */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: KindId | undefined;
  readonly object: KubeObject;
}

/**
 * The objects of the embedded cluster, for the controllers that live beside the API server.
 * Clients outside go through HTTPS; both see the same objects, versions and events.
 */
export interface ObjectStore {
  /** The mesh as it is stored now. */
  view(): MeshView;
  get(kind: KindId, namespace: string, name: string): KubeObject | undefined;
  /** Stores a new object, as a client with all rights would, defaults filled in. @throws on conflict */
  create(object: KubeObject): KubeObject;
  /** Replaces an object and its status; keeps uid and creation time. */
  update(object: KubeObject): KubeObject;
  delete(kind: KindId, namespace: string, name: string): void;
  subscribe(listener: (event: StoreEvent) => void): () => void;
}

/** Where port-forward leads: HTTP servers inside pods, which listen on no port of the machine. */
export interface PodNetwork {
  serve(
    pod: { namespace: string; name: string; port: number },
    handler: RequestListener,
  ): () => void;
}

/** What the containers of pods have written. */
export interface PodLogs {
  append(pod: { namespace: string; name: string; container: string }, line: string): void;
}

/**
 * Which configuration each proxy has by now: after a change istiod pushes, and proxies
 * acknowledge one by one, some tens to hundreds of milliseconds later.
 */
export interface Distribution {
  /** The mesh as the proxy of this pod last acknowledged it. */
  meshOf(pod: { namespace: string; name: string }): MeshView;
}

/** Counters that Envoy keeps for one upstream endpoint, as its `/clusters` shows them. */
export interface EndpointStats {
  readonly requests: number;
  readonly errors: number;
  readonly active: number;
  /** Whether outlier detection has put the endpoint aside. */
  readonly ejected: boolean;
}

/** What the traffic simulation knows and the admin pages of the proxies show. */
export interface TrafficStats {
  /** Totals since the start of requests sent by this pod's proxy to `cluster` and endpoint address. */
  endpoint(
    pod: { namespace: string; name: string },
    cluster: string,
    address: string,
  ): EndpointStats;
  /** Istio's metrics as this pod's proxy counts them; none for a pod without one. */
  metrics(pod: { namespace: string; name: string }): Iterable<MetricPoint>;
}

/** One number that a target exposes, as a line of Prometheus' text format would. */
export interface MetricPoint {
  readonly name: string;
  /** The same object may be handed out again and again: it identifies the series. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A histogram that a target exposes: what the text format writes as a line for each bucket, sum and count. */
export interface HistogramPoint {
  /** Without `_bucket`, `_sum` or `_count`. */
  readonly name: string;
  /** Without `le`. The same object may be handed out again and again: it identifies the histogram. */
  readonly labels: Readonly<Record<string, string>>;
  /** The texts of `le`, rising, the last one `+Inf`. */
  readonly bounds: readonly string[];
  /** For each bound how many values lie between the one before and it. Read at once, never kept. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** What a target exposes. */
export type ExposedMetric = MetricPoint | HistogramPoint;

/** A scrape target of the embedded Prometheus. */
export interface MetricSource {
  readonly job: string;
  readonly instance: string;
  /** What service discovery adds to every series of the target: `namespace` and `pod`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** All that it exposes now; undefined while it does not answer. */
  collect(): Iterable<ExposedMetric> | undefined;
  /** Equal numbers say that nothing has changed in between: the scraper then need not collect. */
  revision?(): number;
}

/** How a replica of istiod is: `down` answers nobody and loses its proxies, `slow` takes `delayMs` for all. */
export type IstiodCondition =
  | { readonly kind: "healthy" }
  | { readonly kind: "down" }
  | { readonly kind: "slow"; readonly delayMs: number };

/** How a proxy takes what istiod sends: `stuck` never answers, `rejects` refuses one type. */
export type ProxyCondition =
  | { readonly kind: "healthy" }
  | { readonly kind: "stuck" }
  | {
      readonly kind: "rejects";
      readonly type: "CDS" | "EDS" | "LDS" | "RDS" | "ECDS";
      /** What Envoy says; undefined for a usual text. */
      readonly error?: string | undefined;
    };

/** What istiod's webhook said of objects of one kind. */
export interface ResourceReview {
  readonly group: string;
  readonly version: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly passed: boolean;
}

/** What can be broken in the control plane on purpose. Setting `healthy` heals. */
export interface ControlPlaneFaults {
  /** @param pod name of an istiod pod; `*` for all */
  istiod(pod: string, condition: IstiodCondition): void;
  proxy(pod: { namespace: string; name: string }, condition: ProxyCondition): void;
  /**
   * Gives the proxy a certificate that ends `validMs` of virtual time from now; undefined gives it a
   * usual one again. `root` changes the mesh's root certificate instead.
   */
  certificate(pod: { namespace: string; name: string } | "root", validMs: number | undefined): void;
}

/**
 * How the embedded Prometheus is broken: `down` closes every connection, `slow` answers after
 * `delayMs`, `stale` scrapes no more, `empty` finds no series, `nan` answers NaN for every sample.
 */
export type PrometheusFault =
  | { readonly kind: "down" | "stale" | "empty" | "nan" }
  | { readonly kind: "slow"; readonly delayMs: number };

/** What goes wrong with one request of the API server. */
export interface RequestFault {
  /** How long it waits first, in ms of the machine's time. */
  readonly delayMs: number;
  /** `hang` never answers; a status is answered instead of the truth. */
  readonly then:
    "answer" | "hang" | { readonly status: number; readonly retryAfterSeconds: number | undefined };
}

/** What the API server asks before it answers. */
export interface RequestFaults {
  /** @param request `verb` as access is granted to it, such as `list`; `path` without the query */
  strike(request: { verb: string; path: string }): RequestFault | undefined;
}

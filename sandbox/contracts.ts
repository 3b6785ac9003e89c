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
}

/** What the traffic simulation knows and the admin pages of the proxies show. */
export interface TrafficStats {
  /** Totals since the start of requests sent by this pod's proxy to `cluster` and endpoint address. */
  endpoint(
    pod: { namespace: string; name: string },
    cluster: string,
    address: string,
  ): EndpointStats;
}

/** One number that a target exposes, as a line of Prometheus' text format would. */
export interface MetricPoint {
  readonly name: string;
  /** The same object may be handed out again and again: it identifies the series. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A scrape target of the embedded Prometheus. */
export interface MetricSource {
  readonly job: string;
  readonly instance: string;
  collect(): Iterable<MetricPoint>;
}

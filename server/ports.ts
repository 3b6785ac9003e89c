import type { Duplex } from "node:stream";
import type { AppError } from "@/lib/base/errors";
import type { Instant, Millis } from "@/lib/base/units";
import type { KindId, ObjectRef } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";

/** The only source of time in server code; tests drive a fake one. */
export interface Clock {
  now(): Instant;
  /** Resolves after `length`, or rejects with the signal's reason when it aborts first. */
  sleep(length: Millis, signal?: AbortSignal): Promise<void>;
}

/** One page of a list. All pages carry the resource version of the first. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue: string | undefined;
}

/** One event of a watch. */
export type WatchEvent =
  /** The first: the server has taken the watch. */
  | { readonly type: "open" }
  | { readonly type: "put" | "delete"; readonly object: KubeObject }
  | { readonly type: "bookmark"; readonly resourceVersion: string };

/** What the API server answered to a write. */
export interface WriteResult {
  /** The object as stored, or as it would be stored after a dry run. */
  readonly object: KubeObject;
  /** The `Warning` headers, in the server's words. */
  readonly warnings: readonly string[];
}

export interface WriteOptions {
  /** `true` asks the server for its verdict and stores nothing (`dryRun=All`). */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export type PatchType = "json" | "merge" | "apply";

/** The attributes of a SelfSubjectAccessReview. */
export interface AccessQuestion {
  readonly verb: "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";
  readonly kind: KindId;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/**
 * What we need of a Kubernetes API server, acting with the identity of the kubeconfig.
 *
 * Every call has a deadline of its own; `signal` only shortens it. All writes ask for
 * `fieldValidation=Strict`. Errors are AppErrors: `not-found`, `forbidden`, `conflict`, `invalid`
 * (with `causes`), `expired` (410), `unavailable`, `timeout`, `unsupported` (kind not served).
 */
export interface Cluster {
  /** Host and port, context and user: how the UI names this connection. Never a secret. */
  readonly identity: {
    readonly server: string;
    readonly context: string;
    readonly user: string;
    /** The namespace that the context names: where a user who may not list them is at home. */
    readonly namespace?: string | undefined;
  };
  list(
    kind: KindId,
    options?: {
      namespace?: string;
      limit?: number;
      continue?: string;
      labelSelector?: string;
      signal?: AbortSignal;
    },
  ): Promise<Page>;
  /** Ends when the server closes the stream. Of all namespaces unless one is named. */
  watch(
    kind: KindId,
    resourceVersion: string,
    signal: AbortSignal,
    namespace?: string,
  ): AsyncIterable<WatchEvent>;
  get(ref: ObjectRef, signal?: AbortSignal): Promise<KubeObject>;
  create(object: KubeObject, options?: WriteOptions): Promise<WriteResult>;
  /** PUT. `object.metadata.resourceVersion` must be the one that was read. */
  replace(
    object: KubeObject,
    options?: WriteOptions & { readonly subresource?: "status" },
  ): Promise<WriteResult>;
  patch(
    ref: ObjectRef,
    patch: { readonly type: PatchType; readonly body: unknown; readonly fieldManager?: string },
    options?: WriteOptions & { subresource?: "status" },
  ): Promise<WriteResult>;
  delete(ref: ObjectRef, options?: WriteOptions & { resourceVersion?: string }): Promise<void>;
  /** Whether the identity may do it. @see SelfSubjectAccessReview */
  can(question: AccessQuestion, signal?: AbortSignal): Promise<boolean>;
  /** The log of one container, newest last. */
  logs(
    pod: { readonly namespace: string; readonly name: string; readonly container?: string },
    options: { readonly tailLines: number; readonly signal?: AbortSignal },
  ): Promise<string>;
  /** A byte stream to `port` of a pod, through the API server's port-forward. */
  openPort(
    pod: { readonly namespace: string; readonly name: string; readonly port: number },
    signal: AbortSignal,
  ): Promise<Duplex>;
  /** One HTTP request to `port` of a pod over a pooled port-forward; bodies are bounded (bytes). */
  podRequest(
    pod: { readonly namespace: string; readonly name: string; readonly port: number },
    request: {
      readonly method?: "GET" | "POST" | "PUT";
      readonly path: string;
      readonly body?: string;
      readonly maxBytes?: number;
      readonly timeout?: Millis;
      /**
       * SHA-1 (base64) of a body that is known already: of that one only `isSame` is told. Bodies of
       * megabytes that are asked for every few seconds then leave no garbage.
       */
      readonly unless?: string | undefined;
    },
    signal?: AbortSignal,
  ): Promise<PodAnswer>;
}

/** What a program in a pod answered. */
export interface PodAnswer {
  readonly status: number;
  /** Empty where it is the one that is known. */
  readonly body: string;
  readonly isSame?: true;
}

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One labelled number. `null` means that Prometheus answered NaN: no data, which is not zero. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number | null;
}

/** One labelled line of a chart. */
export interface Series {
  readonly labels: Labels;
  readonly points: readonly { readonly at: Instant; readonly value: number | null }[];
}

/**
 * Anything that speaks Prometheus' HTTP API.
 * Errors: `unavailable`, `timeout`, `invalid` (the query was refused), `unsupported` (none is set).
 */
export interface Metrics {
  /** Where it is, without credentials; undefined when none is configured. */
  readonly url: string | undefined;
  /** `within`: how long an answer is waited for, 10 s unless it is given. */
  query(
    promql: string,
    options?: { at?: Instant; signal?: AbortSignal; within?: Millis },
  ): Promise<readonly Sample[]>;
  queryRange(
    promql: string,
    range: { start: Instant; end: Instant; step: Millis },
    options?: { signal?: AbortSignal },
  ): Promise<readonly Series[]>;
  /** How often targets are scraped, measured from `up`; `null` when it cannot be told. */
  scrapeInterval(signal?: AbortSignal): Promise<Millis | null>;
}

/** How one source of data is doing, for the line that says how old things are. */
export interface SourceState {
  readonly source: "cluster" | "prometheus" | "istiod";
  readonly state: "connecting" | "live" | "stale" | "forbidden" | "down" | "off";
  /** When it last answered. */
  readonly lastSeen: Instant | undefined;
  readonly error: { readonly message: string; readonly hint: string | undefined } | undefined;
}

/** The live model of the cluster, kept by list and watch. */
export interface MeshStore {
  /** The newest snapshot. */
  view(): MeshView;
  /** Whether every kind that the cluster serves was listed once. */
  readonly ready: boolean;
  /** Kinds that could not be read, and why; empty when all is well. */
  problems(): readonly { readonly kind: KindId; readonly error: AppError }[];
  /** Called after each batch of changes with the kinds that changed. Returns how to stop. */
  onChange(listener: (view: MeshView, kinds: ReadonlySet<KindId>) => void): () => void;
}

/**
 * What the server tells its open pages. Each event says what to ask for again, or carries the
 * data itself where that is small; `topic` is what a query subscribes to.
 */
export type LiveEvent =
  | { readonly topic: "mesh"; readonly version: number; readonly kinds: readonly KindId[] }
  | { readonly topic: "graph"; readonly at: Instant }
  | { readonly topic: "proxies"; readonly at: Instant }
  | { readonly topic: "rollouts"; readonly at: Instant }
  | { readonly topic: "sources"; readonly sources: readonly SourceState[] };

/** The one stream of a tab. */
export interface Live {
  publish(event: LiveEvent): void;
  /** How many pages listen; refresh loops rest while it is zero. */
  readonly listeners: number;
  /** Called when `listeners` goes from 0 to 1 or back. Returns how to stop. */
  onDemand(listener: (wanted: boolean) => void): () => void;
  /** Events after `lastEventId`, then each new one, until `signal` aborts. */
  events(
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<{
    readonly id: string;
    readonly event: LiveEvent | { readonly topic: "reset" };
  }>;
}

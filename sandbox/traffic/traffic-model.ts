/** Who asks whom in a scenario, how often, and how the applications take it: data, no code. */
export interface TrafficModel {
  /** Where requests come into the mesh. */
  readonly loads: readonly Load[];
  /** By `namespace/app` label. An app that is not here answers fast and calls nobody. */
  readonly apps: Readonly<Record<string, AppModel>>;
  /**
   * At most so many requests from outside are followed through the mesh one by one; each counts for
   * as many as bring its load to its rate. Undefined: all of them, each for itself.
   */
  readonly followedPerSecond?: number;
}

/** Requests that nobody else's request causes, evenly spaced. */
export interface Load {
  /** The Service that clients connect to. */
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  /** The app whose pods ask; undefined for clients outside of the mesh, in plain text. */
  readonly from?: { readonly namespace: string; readonly app: string };
  readonly requestsPerSecond: number;
  /** Which requests, in which proportion. */
  readonly requests: readonly LoadRequest[];
}

/** One kind of request from outside. */
interface LoadRequest {
  readonly weight: number;
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How an application behaves, unless its pods' annotations say otherwise. */
export interface AppModel {
  /** Median of its own work for a request, in ms. */
  readonly latencyMs: number;
  /** Size of its answers, in bytes. */
  readonly responseBytes: number;
  /** What it asks others for, one after the other, to answer a request. */
  readonly calls: readonly Call[];
}

/** One request that an application makes to answer one. */
export interface Call {
  /** As the application writes it: `reviews`, resolved like any name in its namespace. */
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  /** Only requests whose path begins so need this call; all of them where absent. */
  readonly onPath?: string;
  /** Of these requests to the caller the part that needs this call, from 0 to 1. */
  readonly share: number;
  /** Values of the `version` label whose pods make the call; all of them where absent. */
  readonly versions?: readonly string[];
}

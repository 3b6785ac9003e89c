import type { Endpoint } from "@/lib/mesh/endpoints";
import type { MeshView } from "@/lib/mesh/view";
import type { Choices } from "./balancer";
import type { Chance } from "./chance";
import type { Cluster } from "./cluster";
import type { CompiledRoute } from "./compiled-route";
import type { Connection } from "./connection";
import type { Gate } from "./gate";
import type { MeshRequest, ProxyIdentity } from "./request";
import type { RetryPolicy } from "./retry-policy";
import type { HeaderChanges, HeaderLayer } from "./rewrite";
import type { Trace } from "./trace";

/** What a proxy does with one request. */
export interface Decision {
  /** Envoy's route configuration; undefined where no HTTP listener takes the request. */
  readonly table: string | undefined;
  /** `reviews.bookinfo.svc.cluster.local:9080`. */
  readonly virtualHost: string | undefined;
  /** Undefined where no route matched, or where the fallback of the table decides. */
  readonly route: CompiledRoute | undefined;
  /** As access logs show it; empty for an unnamed route. */
  readonly routeName: string;
  /** Envoy's name of the cluster that takes the request; undefined where none does. */
  readonly cluster: string | undefined;
  /** The cluster itself; undefined for PassthroughCluster and where there is none. */
  readonly upstream: Cluster | undefined;
  /** What the route does to answers that filters of the proxy give before it comes to it. */
  readonly answerHeaders?: HeaderChanges | undefined;
  /** Injected before anything else, in ms. */
  readonly delayMs: number;
  readonly action: Answer | Forward | Close;
}

/** The proxy answers by itself. */
export interface Answer {
  readonly type: "answer";
  readonly status: number;
  /** Envoy's response flags; none for a plain answer. */
  readonly flags: readonly string[];
  /** `response_code_details`. */
  readonly details: string;
  readonly headers: HeaderChanges;
  readonly body: string | undefined;
}

/** The proxy sends the request on. */
export interface Forward {
  readonly type: "forward";
  /** `tcp` where the proxy does not look at the requests of the connection. */
  readonly protocol: "http" | "tcp";
  /** To choose from for each attempt; empty means `UH`. */
  readonly endpoints: readonly Endpoint[];
  readonly authority: string;
  /** What the authority was before it was last changed. */
  readonly originalHost: string;
  readonly path: string;
  /** Whether the route rewrites paths, be it to what they are. */
  readonly rewrites: boolean;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: readonly HeaderLayer[];
  /** For the request with all its attempts, in ms; undefined for none. */
  readonly timeoutMs: number | undefined;
  readonly retry: RetryPolicy;
  /** Clusters that get a copy, whose answers nobody reads. */
  readonly mirrors: readonly Cluster[];
  /** Of the endpoints, in the same order; undefined where all count alike. */
  readonly weights?: readonly number[] | undefined;
  /** Where a policy ties requests of one kind to one endpoint: that one, for all tries. */
  readonly hashed: Endpoint | undefined;
  /** The same while others are ejected, by their addresses; undefined where nobody ever is. */
  readonly rebalance?:
    | ((
        ejected: ReadonlySet<string>,
      ) => Pick<Forward, "endpoints" | "weights" | "hashed" | "elsewhere">)
    | undefined;
  /**
   * To choose from for a retry that turns to other priorities than those of the endpoints tried
   * before; undefined where all endpoints are of one priority.
   */
  readonly elsewhere?: ((tried: readonly Endpoint[]) => Choices) | undefined;
  /** What the proxy remembers of the cluster, where anybody keeps it. */
  readonly gate?: Gate | undefined;
  /** Of the answer, whoever gives it: what the route's CORS policy tells browsers. */
  readonly corsHeaders?: HeaderChanges | undefined;
  /** Set in the answer, so that the client's next request ends at the same endpoint. */
  readonly cookie?: string | undefined;
  /** How the connection to one of the endpoints goes. */
  connect(endpoint: Endpoint, trace?: Trace): Connection;
}

/** The connection is closed without an answer: nobody listens, or nothing may leave. */
export interface Close {
  readonly type: "close";
  readonly why: string;
}

/** What goes along through the steps of one decision. */
export interface Deciding {
  readonly mesh: MeshView;
  readonly client: { readonly proxy: ProxyIdentity; readonly request: MeshRequest };
  readonly chance: Chance;
  readonly trace: Trace | undefined;
  readonly table: string;
}

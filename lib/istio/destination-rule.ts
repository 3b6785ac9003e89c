import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

type Labels = Readonly<Record<string, string>>;

/** How the client's proxy speaks TLS to the destination. */
export interface ClientTls {
  /** `DISABLE`, `SIMPLE`, `MUTUAL` or `ISTIO_MUTUAL`; DISABLE where absent. */
  readonly mode?: string;
  readonly sni?: string;
  readonly subjectAltNames?: readonly string[];
  readonly credentialName?: string;
  readonly caCertificates?: string;
  readonly clientCertificate?: string;
  readonly privateKey?: string;
  readonly insecureSkipVerify?: boolean;
}

/** How an endpoint is picked. */
export interface LoadBalancer {
  /** `UNSPECIFIED`, `LEAST_REQUEST`, `ROUND_ROBIN`, `RANDOM` or `PASSTHROUGH`. */
  readonly simple?: string;
  readonly consistentHash?: {
    readonly httpHeaderName?: string;
    readonly httpCookie?: {
      readonly name?: string;
      readonly path?: string;
      readonly ttl?: string;
      readonly attributes?: readonly { readonly name?: string; readonly value?: string }[];
    };
    readonly useSourceIp?: boolean;
    readonly httpQueryParameterName?: string;
    readonly minimumRingSize?: number | string;
    readonly maglev?: { readonly tableSize?: number | string };
    readonly ringHash?: { readonly minimumRingSize?: number | string };
  };
  readonly localityLbSetting?: {
    readonly enabled?: boolean;
    readonly distribute?: readonly {
      readonly from?: string;
      readonly to?: Readonly<Record<string, number>>;
    }[];
    readonly failover?: readonly { readonly from?: string; readonly to?: string }[];
    readonly failoverPriority?: readonly string[];
  };
  readonly warmup?: Readonly<Record<string, unknown>>;
  readonly warmupDurationSecs?: string;
}

/** Limits of the connections to a destination. */
export interface ConnectionPool {
  readonly tcp?: {
    readonly maxConnections?: number;
    readonly connectTimeout?: string;
    readonly maxConnectionDuration?: string;
    readonly idleTimeout?: string;
  };
  readonly http?: {
    readonly http1MaxPendingRequests?: number;
    readonly http2MaxRequests?: number;
    readonly maxRequestsPerConnection?: number;
    readonly maxRetries?: number;
    readonly idleTimeout?: string;
    readonly h2UpgradePolicy?: string;
    readonly maxConcurrentStreams?: number;
  };
}

/** When a failing endpoint is left out, and for how long. */
export interface OutlierDetection {
  readonly consecutive5xxErrors?: number;
  readonly consecutiveGatewayErrors?: number;
  readonly consecutiveErrors?: number;
  readonly consecutiveLocalOriginFailures?: number;
  readonly splitExternalLocalOriginErrors?: boolean;
  readonly interval?: string;
  readonly baseEjectionTime?: string;
  readonly maxEjectionPercent?: number;
  readonly minHealthPercent?: number;
}

/** How many retries may be under way at once, as a part of all requests that are. */
export interface RetryBudget {
  /** In percent; 20 where absent. */
  readonly percent?: { readonly value?: number };
  /** So many are always allowed; 3 where absent or 0. */
  readonly minRetryConcurrency?: number;
  readonly budgetInterval?: string;
}

/** The policies that a port can have of its own. */
export interface PortTrafficPolicy {
  readonly port?: { readonly number?: number };
  readonly loadBalancer?: LoadBalancer;
  readonly connectionPool?: ConnectionPool;
  readonly outlierDetection?: OutlierDetection;
  readonly tls?: ClientTls;
}

/** How requests reach a destination once it is chosen. */
export interface TrafficPolicy {
  readonly loadBalancer?: LoadBalancer;
  readonly connectionPool?: ConnectionPool;
  readonly outlierDetection?: OutlierDetection;
  readonly tls?: ClientTls;
  /** Replace all four policies above for a port, also those that they do not set. */
  readonly portLevelSettings?: readonly PortTrafficPolicy[];
  readonly tunnel?: Readonly<Record<string, unknown>>;
  readonly proxyProtocol?: Readonly<Record<string, unknown>>;
  readonly retryBudget?: RetryBudget;
}

/** A named part of a service's endpoints; without labels it is all of them. */
export interface Subset {
  readonly name?: string;
  readonly labels?: Labels;
  readonly trafficPolicy?: TrafficPolicy;
}

/** What a DestinationRule says. */
export interface DestinationRuleSpec {
  readonly host?: string;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly Subset[];
  readonly exportTo?: readonly string[];
  readonly workloadSelector?: { readonly matchLabels?: Labels };
}

/** The `spec` of a DestinationRule. */
export const destinationRuleSpec = (object: KubeObject): DestinationRuleSpec =>
  specOf<DestinationRuleSpec>(object);

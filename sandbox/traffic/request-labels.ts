import type { Peer } from "./peer";

type Labels = Readonly<Record<string, string>>;

/** One request as a proxy counts it. */
export interface RequestFacts {
  readonly reporter: "source" | "destination" | "waypoint";
  /** Undefined where the proxy never learnt who that is. */
  readonly source: Peer | undefined;
  readonly destination: Peer | undefined;
  /** Undefined where neither the cluster nor the host header names one. */
  readonly service: { readonly host: string; readonly name: string } | undefined;
  readonly mutualTls: boolean;
  readonly protocol: "http" | "grpc" | "tcp";
  /** Undefined for TCP. */
  readonly status: number | undefined;
  /** Of gRPC's trailers; undefined for all else. */
  readonly grpcStatus: number | undefined;
  /** Envoy's response flags with commas; `-` for none. */
  readonly flags: string;
}

const UNKNOWN = "unknown";
const CLUSTER = "Kubernetes";

/**
 * The labels of Istio's standard metrics. Source: istio_stats.cc of istio/proxy; the security
 * policy is known to the server's side only, and the service's namespace is that of the peer.
 */
export function requestLabels(facts: RequestFacts): Labels {
  const { reporter, destination, service, mutualTls, status } = facts;
  const namespace = destination?.namespace ?? UNKNOWN;
  const security = mutualTls ? "mutual_tls" : "none";
  return {
    reporter,
    ...side("source", facts.source, mutualTls),
    ...side("destination", destination, mutualTls),
    destination_service: service?.host ?? UNKNOWN,
    destination_service_name: service?.name ?? UNKNOWN,
    destination_service_namespace: namespace,
    request_protocol: facts.protocol,
    ...(status === undefined
      ? {}
      : { response_code: String(status), grpc_response_status: String(facts.grpcStatus ?? "") }),
    response_flags: facts.flags,
    connection_security_policy: reporter === "source" ? UNKNOWN : security,
  };
}

function side(
  prefix: "source" | "destination",
  peer: Peer | undefined,
  mutualTls: boolean,
): Labels {
  return {
    [`${prefix}_workload`]: peer?.workload ?? UNKNOWN,
    [`${prefix}_workload_namespace`]: peer?.namespace ?? UNKNOWN,
    [`${prefix}_principal`]: peer && mutualTls ? peer.principal : UNKNOWN,
    [`${prefix}_app`]: peer?.app ?? UNKNOWN,
    [`${prefix}_version`]: peer?.version ?? UNKNOWN,
    [`${prefix}_canonical_service`]: peer?.canonicalService ?? UNKNOWN,
    [`${prefix}_canonical_revision`]: peer?.canonicalRevision ?? "latest",
    [`${prefix}_cluster`]: peer ? CLUSTER : UNKNOWN,
  };
}

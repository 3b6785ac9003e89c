import type { RegistryService } from "@/lib/mesh/registry";
import type { TunnelledEvent } from "@/lib/routing/journey-setting";
import type { ExposedMetric, MetricSource } from "@/sandbox/contracts";
import { type Peer, peerOf, serverPeerOf } from "./peer";
import type { RequestSize } from "./proxy-telemetry";

type Labels = Readonly<Record<string, string>>;

/** A connection as ztunnel counts it. */
export type Tunnelled = Pick<
  TunnelledEvent,
  "reporter" | "client" | "server" | "service" | "mutualTls" | "flag"
>;

/** Counters of one label set; what was never counted is not exposed. */
interface Counters {
  readonly labels: Labels;
  readonly values: Map<string, number>;
}

/** What the ztunnel of one node counts of the connections that it carries: bytes, never requests. */
export class ZtunnelTelemetry implements MetricSource {
  readonly job = "kubernetes-pods";
  readonly instance: string;
  readonly labels: Labels;
  private readonly series = new Map<string, Counters>();
  private changes = 0;

  constructor(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly address: string;
  }) {
    this.instance = `${pod.address}:15020`;
    this.labels = { namespace: pod.namespace, pod: pod.name, app: "ztunnel" };
  }

  /**
   * Counts a connection `times` over. It opens without a flag; one that fails closes under its own,
   * and carries nothing. Source: istio/ztunnel src/proxy/metrics.rs (ConnectionResult).
   */
  count(connection: Tunnelled, size: RequestSize, times: number): void {
    this.changes += 1;
    const opened = this.countersOf({ ...connection, flag: "-" });
    add(opened, "istio_tcp_connections_opened_total", times);
    if (connection.flag !== "-") {
      return add(this.countersOf(connection), "istio_tcp_connections_closed_total", times);
    }
    add(opened, "istio_tcp_connections_closed_total", times);
    add(opened, "istio_tcp_sent_bytes_total", size.responseBytes * times);
    add(opened, "istio_tcp_received_bytes_total", size.requestBytes * times);
  }

  revision(): number {
    return this.changes;
  }

  collect(): readonly ExposedMetric[] {
    const build = { name: "istio_build", labels: BUILD, value: 1 };
    const counted = [...this.series.values()].flatMap(({ labels, values }) =>
      [...values].map(([name, value]) => ({ name, labels, value })),
    );
    return [build, ...counted];
  }

  private countersOf(connection: Tunnelled): Counters {
    const labels = ztunnelLabels(connection);
    const key = Object.values(labels).join("|");
    const known = this.series.get(key);
    if (known) return known;
    const made = { labels, values: new Map<string, number>() };
    this.series.set(key, made);
    return made;
  }
}

const BUILD: Labels = { component: "ztunnel", tag: "1.30.1" };

const add = ({ values }: Counters, name: string, amount: number): void => {
  values.set(name, (values.get(name) ?? 0) + amount);
};

const UNKNOWN = "unknown";

/**
 * The labels of ztunnel's metrics: app and version are the canonical ones, the client's identity is
 * that of the handshake, and the service is known by its own namespace. Source: the same file
 * (CommonTrafficLabels).
 */
function ztunnelLabels(connection: Tunnelled): Labels {
  const { reporter, client, server, service, mutualTls, flag } = connection;
  const source = client && peerOf(client);
  const destination = serverPeerOf(server);
  return {
    reporter,
    ...side("source", source, mutualTls ? source?.principal : undefined),
    ...side("destination", destination, destination?.principal),
    ...serviceLabels(service),
    request_protocol: "tcp",
    response_flags: flag,
    connection_security_policy: mutualTls ? "mutual_tls" : UNKNOWN,
  };
}

const side = (prefix: string, peer: Peer | undefined, principal = UNKNOWN): Labels => ({
  [`${prefix}_workload`]: peer?.workload ?? UNKNOWN,
  [`${prefix}_workload_namespace`]: peer?.namespace ?? UNKNOWN,
  [`${prefix}_principal`]: principal,
  [`${prefix}_app`]: peer?.canonicalService ?? UNKNOWN,
  [`${prefix}_version`]: peer?.canonicalRevision ?? UNKNOWN,
  [`${prefix}_canonical_service`]: peer?.canonicalService ?? UNKNOWN,
  [`${prefix}_canonical_revision`]: peer?.canonicalRevision ?? UNKNOWN,
  [`${prefix}_cluster`]: peer ? "Kubernetes" : UNKNOWN,
});

const serviceLabels = (service: RegistryService | undefined): Labels => ({
  destination_service: service?.host ?? UNKNOWN,
  destination_service_name: service?.name ?? UNKNOWN,
  destination_service_namespace: service?.namespace ?? UNKNOWN,
});

import { podName, type Topology, type Workload, ADDRESSES } from "../topology";
import type { AccessLogLine } from "./access-log";

type Labels = Record<string, string>;

/** Upper bounds of Istio's duration and size histograms (ms and bytes). */
const BUCKETS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
  600_000, 1_800_000, 3_600_000,
];

interface Histogram {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
}

/**
 * Istio's standard metrics, counted from access logs as the `istio.stats` filter of Istio's own
 * Envoy counts them: the client's proxy reports as `source`, the server's as `destination`.
 */
export class IstioMetrics {
  private readonly counters = new Map<string, { name: string; labels: Labels; value: number }>();
  private readonly histograms = new Map<string, Histogram & { name: string }>();
  private readonly byAddress = new Map<string, Workload>();
  private readonly services: Topology["services"];

  constructor(private readonly topology: Topology) {
    for (const [index, workload] of topology.workloads.entries())
      this.byAddress.set(ADDRESSES.pod(index), workload);
    this.services = topology.services;
  }

  /** Counts one line of the access log of the proxy of `pod`. */
  count(pod: string, line: AccessLogLine): void {
    const self = this.topology.workloads.find((workload) => podName(workload) === pod);
    if (!self) return;
    const cluster = line.upstream_cluster ?? "";
    const inbound = cluster.startsWith("inbound|") || cluster === "InboundPassthroughCluster";
    const labels = inbound ? this.inboundLabels(self, line) : this.outboundLabels(self, line);
    if (!line.protocol || !line.protocol.startsWith("HTTP")) return this.countTcp(labels, line);
    const grpc = line.grpc_status && line.grpc_status !== "-" ? line.grpc_status : undefined;
    const http: Labels = {
      ...labels,
      request_protocol: grpc === undefined ? "http" : "grpc",
      response_code: String(line.response_code ?? 0),
      response_flags: line.response_flags || "-",
      grpc_response_status: grpc ?? "",
    };
    this.add("istio_requests_total", http, 1);
    this.observe("istio_request_duration_milliseconds", http, line.duration ?? 0);
    this.observe("istio_request_bytes", http, line.bytes_received ?? 0);
    this.observe("istio_response_bytes", http, line.bytes_sent ?? 0);
  }

  /** Prometheus' text format. */
  text(): string {
    const lines: string[] = [];
    for (const { name, labels, value } of this.counters.values())
      lines.push(`${name}${format(labels)} ${value}`);
    for (const { name, labels, counts, sum } of this.histograms.values()) {
      let total = 0;
      for (const [i, bound] of [...BUCKETS, "+Inf"].entries()) {
        total += counts[i] ?? 0;
        lines.push(`${name}_bucket${format({ ...labels, le: String(bound) })} ${total}`);
      }
      lines.push(`${name}_sum${format(labels)} ${sum}`, `${name}_count${format(labels)} ${total}`);
    }
    return `${lines.join("\n")}\n`;
  }

  private countTcp(labels: Labels, line: AccessLogLine): void {
    const tcp = { ...labels, request_protocol: "tcp", response_flags: line.response_flags || "-" };
    this.add("istio_tcp_connections_opened_total", tcp, 1);
    this.add("istio_tcp_connections_closed_total", tcp, 1);
    this.add("istio_tcp_received_bytes_total", tcp, line.bytes_received ?? 0);
    this.add("istio_tcp_sent_bytes_total", tcp, line.bytes_sent ?? 0);
  }

  private outboundLabels(self: Workload, line: AccessLogLine): Labels {
    const [, , , host = ""] = (line.upstream_cluster ?? "").split("|");
    const target = this.byAddress.get(addressOf(line.upstream_host));
    return {
      reporter: "source",
      ...side(
        "source",
        self,
        `spiffe://cluster.local/ns/${self.namespace}/sa/${self.serviceAccount ?? self.app}`,
      ),
      ...side("destination", target, line.upstream_principal || undefined),
      ...this.serviceLabels(host || line.authority || "unknown", line.upstream_cluster ?? ""),
      // The client's proxy does not know what the server saw.
      connection_security_policy: "unknown",
    };
  }

  private inboundLabels(self: Workload, line: AccessLogLine): Labels {
    const service = this.services.find(
      ({ namespace, selector }) => namespace === self.namespace && selector.app === self.app,
    );
    const host = service
      ? `${service.name}.${service.namespace}.svc.cluster.local`
      : (line.authority ?? "unknown");
    const principal = line.downstream_principal || undefined;
    return {
      reporter: "destination",
      ...side("source", this.byAddress.get(line.downstream_remote ?? ""), principal),
      ...side(
        "destination",
        self,
        `spiffe://cluster.local/ns/${self.namespace}/sa/${self.serviceAccount ?? self.app}`,
      ),
      ...this.serviceLabels(host, line.upstream_cluster ?? ""),
      connection_security_policy: principal ? "mutual_tls" : "none",
    };
  }

  private serviceLabels(host: string, cluster: string): Labels {
    const known = this.services.find(
      ({ name, namespace }) => host === `${name}.${namespace}.svc.cluster.local`,
    );
    const special =
      cluster.endsWith("PassthroughCluster") || cluster === "BlackHoleCluster"
        ? cluster
        : undefined;
    return {
      destination_service: host,
      destination_service_name: special ?? known?.name ?? host,
      destination_service_namespace: known?.namespace ?? "unknown",
    };
  }

  private add(name: string, labels: Labels, value: number): void {
    const key = name + format(labels);
    const counter = this.counters.get(key) ?? { name, labels, value: 0 };
    counter.value += value;
    this.counters.set(key, counter);
  }

  private observe(name: string, labels: Labels, value: number): void {
    const key = name + format(labels);
    const empty = { name, labels, counts: new Array<number>(BUCKETS.length + 1).fill(0), sum: 0 };
    const histogram = this.histograms.get(key) ?? empty;
    const index = BUCKETS.findIndex((bound) => value <= bound);
    const bucket = index === -1 ? BUCKETS.length : index;
    histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    histogram.sum += value;
    this.histograms.set(key, histogram);
  }
}

function side(
  which: "source" | "destination",
  workload: Workload | undefined,
  principal: string | undefined,
): Labels {
  const unknown = "unknown";
  return {
    [`${which}_workload`]: workload?.name ?? unknown,
    [`${which}_workload_namespace`]: workload?.namespace ?? unknown,
    [`${which}_principal`]: principal ?? unknown,
    [`${which}_app`]: workload?.app ?? unknown,
    [`${which}_version`]: workload?.version ?? unknown,
    [`${which}_canonical_service`]: workload?.app ?? unknown,
    [`${which}_canonical_revision`]: workload?.version ?? "latest",
    [`${which}_cluster`]: workload ? "Kubernetes" : unknown,
  };
}

const addressOf = (host: string | null | undefined): string => (host ?? "").split(":")[0] ?? "";

function format(labels: Labels): string {
  const escaped = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`,
  );
  return `{${escaped.join(",")}}`;
}

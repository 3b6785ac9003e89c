import type { ExposedMetric, MetricPoint, MetricSource } from "@/sandbox/contracts";
import { Histogram } from "./histogram";
import { type RequestFacts, requestLabels } from "./request-labels";
import { type Ejections, UpstreamSeries } from "./upstream-series";

type Labels = Readonly<Record<string, string>>;

/** What one request weighed. */
export interface RequestSize {
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** All that is counted for requests of one label set. */
class RequestSeries {
  private total = 0;
  private readonly histograms: readonly [Histogram, Histogram, Histogram];

  constructor(
    private readonly labels: Labels,
    private readonly countsMessages: boolean,
  ) {
    this.histograms = [
      new Histogram("istio_request_duration_milliseconds", labels),
      new Histogram("istio_request_bytes", labels),
      new Histogram("istio_response_bytes", labels),
    ];
  }

  add({ durationMs, requestBytes, responseBytes }: RequestSize, times: number): void {
    const [durations, requests, responses] = this.histograms;
    this.total += times;
    durations.observe(durationMs, times);
    requests.observe(requestBytes, times);
    responses.observe(responseBytes, times);
  }

  collect(points: ExposedMetric[]): void {
    points.push({ name: "istio_requests_total", labels: this.labels, value: this.total });
    points.push(...this.histograms);
    if (!this.countsMessages) return;
    // Every call of the simulation is unary: one message there, one back.
    const { labels, total: value } = this;
    points.push(
      { name: "istio_request_messages_total", labels, value },
      { name: "istio_response_messages_total", labels, value },
    );
  }
}

/** All that is counted for TCP connections of one label set; each is opened, used and closed. */
class ConnectionSeries {
  private connections = 0;
  private sent = 0;
  private received = 0;

  constructor(private readonly labels: Labels) {}

  /** Sent is what goes to the client, received what comes from it. */
  add({ requestBytes, responseBytes }: RequestSize, times: number): void {
    this.connections += times;
    this.sent += responseBytes * times;
    this.received += requestBytes * times;
  }

  collect(points: ExposedMetric[]): void {
    const { labels } = this;
    points.push(
      { name: "istio_tcp_connections_opened_total", labels, value: this.connections },
      { name: "istio_tcp_connections_closed_total", labels, value: this.connections },
      { name: "istio_tcp_sent_bytes_total", labels, value: this.sent },
      { name: "istio_tcp_received_bytes_total", labels, value: this.received },
    );
  }
}

const NO_LABELS: Labels = {};
const BUILD: Labels = { component: "proxy", tag: "1.30.1" };

/** Istio's standard metrics as the proxy of one pod keeps them. */
export class ProxyTelemetry implements MetricSource {
  readonly job = "kubernetes-pods";
  readonly instance: string;
  private readonly series = new Map<string, RequestSeries | ConnectionSeries>();
  private readonly upstreams = new Map<string, UpstreamSeries>();
  readonly labels: Labels;
  private changes = 0;

  constructor(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly address: string;
  }) {
    this.instance = `${pod.address}:15020`;
    this.labels = { namespace: pod.namespace, pod: pod.name };
  }

  /** Counts a request (or a TCP connection), `times` over. Equal facts always mean equal labels. */
  count(facts: RequestFacts, size: RequestSize, times = 1): void {
    const { reporter, source, destination, service, mutualTls, status, flags } = facts;
    const from = source ? `${source.namespace}/${source.workload}/${source.canonicalRevision}` : "";
    const to = destination
      ? `${destination.namespace}/${destination.workload}/${destination.canonicalRevision}`
      : "";
    const key = `${reporter}|${from}|${to}|${service?.host}|${service?.name}|${mutualTls}|${facts.protocol}|${status}|${facts.grpcStatus}|${flags}`;
    let series = this.series.get(key);
    if (!series) {
      const labels = requestLabels(facts);
      series =
        facts.protocol === "tcp"
          ? new ConnectionSeries(labels)
          : new RequestSeries(labels, facts.protocol === "grpc");
      this.series.set(key, series);
    }
    series.add(size, times);
    this.changes += 1;
  }

  /** Counts a try of a request at an endpoint of a cluster, `times` over. */
  tried(cluster: string, status: number | undefined, times: number): void {
    this.upstream(cluster).add(status, times);
    this.changes += 1;
  }

  /** Which endpoints of a cluster the proxy has ejected by now. */
  ejected(cluster: string, ejections: Ejections): void {
    this.upstream(cluster).eject(ejections);
    this.changes += 1;
  }

  private upstream(cluster: string): UpstreamSeries {
    const known = this.upstreams.get(cluster);
    if (known) return known;
    const made = new UpstreamSeries(cluster);
    this.upstreams.set(cluster, made);
    return made;
  }

  revision(): number {
    return this.changes;
  }

  collect(): readonly ExposedMetric[] {
    const points: MetricPoint[] = [{ name: "envoy_server_live", labels: NO_LABELS, value: 1 }];
    for (const upstream of this.upstreams.values()) upstream.collect(points);
    return [...this.istioMetrics(), ...points];
  }

  /** Istio's own metrics, without Envoy's. */
  istioMetrics(): readonly ExposedMetric[] {
    const points: ExposedMetric[] = [{ name: "istio_build", labels: BUILD, value: 1 }];
    for (const series of this.series.values()) series.collect(points);
    return points;
  }
}

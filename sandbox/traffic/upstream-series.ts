import type { MetricPoint } from "@/sandbox/contracts";

type Labels = Readonly<Record<string, string>>;

/** How many endpoints of a cluster are ejected, and how often any was. */
export interface Ejections {
  readonly active: number;
  readonly total: number;
}

/** What Envoy itself counts of the requests to one of its clusters, under its own names. */
export class UpstreamSeries {
  private total = 0;
  private readonly labels: Labels;
  private readonly classes = new Map<string, { readonly labels: Labels; count: number }>();
  private ejections: Ejections | undefined;

  constructor(private readonly cluster: string) {
    this.labels = { cluster_name: cluster };
  }

  /** @param status undefined for a try that got no answer: the proxy makes one of its own */
  add(status: number | undefined, times: number): void {
    this.total += times;
    const response_code_class = `${Math.floor((status || 503) / 100)}xx`;
    const known = this.classes.get(response_code_class);
    if (known) known.count += times;
    else {
      const labels = { response_code_class, cluster_name: this.cluster };
      this.classes.set(response_code_class, { labels, count: times });
    }
  }

  /** Only clusters with outlier detection tell of ejections. */
  eject(ejections: Ejections): void {
    this.ejections = ejections;
  }

  collect(points: MetricPoint[]): void {
    const { labels, total: value } = this;
    points.push({ name: "envoy_cluster_upstream_rq_total", labels, value });
    for (const { labels: ofClass, count } of this.classes.values()) {
      points.push({ name: "envoy_cluster_upstream_rq", labels: ofClass, value: count });
    }
    if (!this.ejections) return;
    const { active, total } = this.ejections;
    points.push(
      { name: "envoy_cluster_outlier_detection_ejections_active", labels, value: active },
      { name: "envoy_cluster_outlier_detection_ejections_enforced_total", labels, value: total },
    );
  }
}

import type { ExposedMetric, MetricPoint } from "./contracts";

/** Every line that the text format has of these metrics: histograms bucket by bucket. */
export function* plainPoints(metrics: Iterable<ExposedMetric>): Generator<MetricPoint> {
  for (const metric of metrics) {
    if (!("bounds" in metric)) {
      yield metric;
      continue;
    }
    const { name, labels, bounds, counts, sum } = metric;
    let below = 0;
    for (const [place, le] of bounds.entries()) {
      below += counts[place] ?? 0;
      yield { name: `${name}_bucket`, labels: { ...labels, le }, value: below };
    }
    yield { name: `${name}_sum`, labels, value: sum };
    yield { name: `${name}_count`, labels, value: below };
  }
}

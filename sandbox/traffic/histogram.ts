import type { MetricPoint } from "@/sandbox/contracts";

/** The upper bounds of Envoy's histograms, in the unit of what is measured (ms or bytes). */
const BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000,
  1_800_000, 3_600_000,
];

type Labels = Readonly<Record<string, string>>;

/** The label sets of a histogram's buckets, the last for `+Inf`. Made once, so that they identify series. */
export const bucketLabels = (labels: Labels): readonly Labels[] =>
  [...BOUNDS.map(String), "+Inf"].map((le) => ({ ...labels, le }));

/** A histogram as Prometheus reads it. */
export class Histogram {
  private readonly counts = new Float64Array(BOUNDS.length + 1);
  private sum = 0;
  private count = 0;

  /** @param buckets from `bucketLabels`, which histograms of equal labels may share */
  constructor(
    private readonly name: string,
    private readonly labels: Labels,
    private readonly buckets: readonly Labels[],
  ) {}

  /** Counts a value, seen so many times. */
  observe(value: number, times = 1): void {
    let index = 0;
    while (index < BOUNDS.length && value > (BOUNDS[index] ?? Infinity)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + times;
    this.sum += value * times;
    this.count += times;
  }

  /** The buckets with all that lies below them, the sum and the count. */
  collect(points: MetricPoint[]): void {
    let below = 0;
    for (const [index, labels] of this.buckets.entries()) {
      below += this.counts[index] ?? 0;
      points.push({ name: `${this.name}_bucket`, labels, value: below });
    }
    points.push({ name: `${this.name}_sum`, labels: this.labels, value: this.sum });
    points.push({ name: `${this.name}_count`, labels: this.labels, value: this.count });
  }
}

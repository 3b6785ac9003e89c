import type { HistogramPoint } from "@/sandbox/contracts";

/** The upper bounds of Envoy's histograms, in the unit of what is measured (ms or bytes). */
export const BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000,
  1_800_000, 3_600_000,
];

/** The same as texts of `le`. */
const BOUND_TEXTS: readonly string[] = [...BOUNDS.map(String), "+Inf"];

type Labels = Readonly<Record<string, string>>;

/** A histogram as Prometheus reads it. */
export class Histogram implements HistogramPoint {
  readonly bounds = BOUND_TEXTS;
  readonly counts: number[] = BOUND_TEXTS.map(() => 0);
  sum = 0;

  constructor(
    readonly name: string,
    readonly labels: Labels,
  ) {}

  /** Counts a value, seen so many times. */
  observe(value: number, times = 1): void {
    let index = 0;
    while (index < BOUNDS.length && value > (BOUNDS[index] ?? Infinity)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + times;
    this.sum += value * times;
  }
}

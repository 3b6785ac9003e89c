/** A line through samples by least squares: `slope` per second, `intercept` at `at`. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Sums with the rounding errors kept apart (Neumaier), as Prometheus does. */
class ExactSum {
  private sum = 0;
  private lost = 0;

  add(value: number): void {
    const next = this.sum + value;
    this.lost +=
      Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum;
    this.sum = next;
  }

  get total(): number {
    return this.sum + this.lost;
  }
}

/** The exact sum of `values`; infinite where they are. */
export function exactSum(values: readonly number[]): number {
  const sum = new ExactSum();
  for (const value of values) {
    if (!Number.isFinite(value)) return values.reduce((total, each) => total + each, 0);
    sum.add(value);
  }
  return sum.total;
}

/**
 * @param times of the samples, and `at` where the intercept is wanted, in ms
 *
 * Source: linearRegression of Prometheus' promql package; equal values have no slope at all.
 */
export function regression(times: readonly number[], values: readonly number[], at: number): Line {
  const [first = Number.NaN] = values;
  if (values.every((value) => value === first)) {
    return Number.isFinite(first)
      ? { slope: 0, intercept: first }
      : { slope: Number.NaN, intercept: Number.NaN };
  }
  const count = values.length;
  const [x, y, xy, x2] = [new ExactSum(), new ExactSum(), new ExactSum(), new ExactSum()];
  for (const [index, value] of values.entries()) {
    const seconds = ((times[index] ?? Number.NaN) - at) / 1_000;
    x.add(seconds);
    y.add(value);
    xy.add(seconds * value);
    x2.add(seconds * seconds);
  }
  const covariance = xy.total - (x.total * y.total) / count;
  const variance = x2.total - (x.total * x.total) / count;
  const slope = covariance / variance;
  return { slope, intercept: y.total / count - (slope * x.total) / count };
}

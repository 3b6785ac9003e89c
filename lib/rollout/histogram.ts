/** One cumulative bucket of a Prometheus histogram. */
export interface Bucket {
  /** Upper bound; Infinity for `+Inf`. */
  readonly le: number;
  readonly count: number;
}

/**
 * The value below which the part `q` (0 to 1) of the observations lies; null without observations.
 *
 * As Prometheus' histogram_quantile: linear within a bucket, and the highest finite bound where the
 * quantile lies beyond it. Counts that fall from one bucket to the next are scrape noise, and
 * levelled.
 */
export function quantileOf(buckets: readonly Bucket[], q: number): number | null {
  const sorted = buckets.toSorted((a, b) => a.le - b.le);
  let highest = 0;
  const level = sorted.map(({ le, count }) => ({
    le,
    count: (highest = Math.max(highest, count)),
  }));
  const total = level.at(-1)?.count ?? 0;
  if (total <= 0 || level.at(-1)?.le !== Infinity) return null;
  const rank = q * total;
  const index = level.findIndex(({ count }) => count >= rank);
  const bucket = level[index];
  const below = level[index - 1] ?? { le: 0, count: 0 };
  if (!bucket) return null;
  if (bucket.le === Infinity) return Number.isFinite(below.le) ? below.le : null;
  const inside = bucket.count - below.count;
  return inside <= 0
    ? bucket.le
    : below.le + ((bucket.le - below.le) * (rank - below.count)) / inside;
}

import type { LabelSet } from "../series";
import type { LabelledHistogram } from "./grouped-histogram";
import { labelKey } from "./label-order";
import type { Sample } from "./value";

interface Bucket {
  readonly upper: number;
  count: number;
}

/**
 * The `q` quantile of classic histograms: one result for each set of labels without `le`.
 * Buckets are interpolated linearly; NaN where a histogram is empty or lacks its `+Inf` bucket.
 */
export function histogramQuantile(q: number, samples: readonly Sample[]): Sample[] {
  const histograms = new Map<string, { labels: LabelSet; buckets: Bucket[] }>();
  for (const { labels, value } of samples) {
    const { le, __name__: _, ...rest } = labels;
    const upper = upperBound(le ?? "");
    if (Number.isNaN(upper)) continue;
    const key = labelKey(rest);
    const histogram = histograms.get(key) ?? { labels: rest, buckets: [] };
    histogram.buckets.push({ upper, count: value });
    histograms.set(key, histogram);
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({
    labels,
    value: bucketQuantile(q, buckets),
  }));
}

/** The same of histograms whose buckets are gathered already; those without any give nothing. */
export function quantileOfEach(q: number, histograms: readonly LabelledHistogram[]): Sample[] {
  return histograms.flatMap(({ labels, buckets: byBound }) => {
    const buckets: Bucket[] = [];
    for (const [le, count] of byBound) {
      const upper = upperBound(le);
      if (!Number.isNaN(upper)) buckets.push({ upper, count });
    }
    return buckets.length === 0 ? [] : [{ labels, value: bucketQuantile(q, buckets) }];
  });
}

/** NaN for what is no bound; an absent `le` is empty. */
const upperBound = (le: string): number =>
  le === "+Inf" ? Infinity : le === "" ? Number.NaN : Number(le);

function bucketQuantile(q: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const buckets = merged(unsorted);
  const top = buckets.at(-1);
  if (!top || top.upper !== Infinity || buckets.length < 2) return Number.NaN;
  let highest = 0;
  for (const bucket of buckets) {
    // Scrapes are not atomic, so a lower bucket may be ahead of a higher one.
    highest = Math.max(highest, bucket.count);
    bucket.count = highest;
  }
  if (top.count === 0 || Number.isNaN(top.count)) return Number.NaN;

  const rank = q * top.count;
  const index = buckets.findIndex((bucket) => bucket.count >= rank);
  const found = buckets[index];
  const below = buckets[index - 1];
  if (!found || index === buckets.length - 1) return buckets.at(-2)?.upper ?? Number.NaN;
  if (!below && found.upper <= 0) return found.upper;
  const start = below?.upper ?? 0;
  const inBucket = found.count - (below?.count ?? 0);
  return start + (found.upper - start) * ((rank - (below?.count ?? 0)) / inBucket);
}

function merged(buckets: readonly Bucket[]): Bucket[] {
  const sorted = [...buckets].sort((a, b) => a.upper - b.upper);
  const result: Bucket[] = [];
  for (const bucket of sorted) {
    const previous = result.at(-1);
    if (previous?.upper === bucket.upper) previous.count += bucket.count;
    else result.push({ ...bucket });
  }
  return result;
}

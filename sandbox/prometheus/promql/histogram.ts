import type { LabelSet } from "../series";
import { AT_ONCE, type Steps } from "../slices";
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
export function* quantileOfEach(
  q: number,
  histograms: readonly LabelledHistogram[],
): Steps<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const [index, { labels, bounds, values }] of histograms.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    const rising = uppersOf(bounds);
    if (rising) {
      samples.push({ labels, value: quantileOf(q, rising, values) });
      continue;
    }
    const buckets: Bucket[] = [];
    for (const [place, le] of bounds.entries()) {
      const upper = upperBound(le);
      if (!Number.isNaN(upper)) buckets.push({ upper, count: values[place] ?? Number.NaN });
    }
    if (buckets.length > 0) samples.push({ labels, value: bucketQuantile(q, buckets) });
  }
  return samples;
}

const uppers = new WeakMap<readonly string[], readonly number[] | false>();

/** The upper bounds; undefined where they do not rise from each to the next up to infinity. */
function uppersOf(bounds: readonly string[]): readonly number[] | undefined {
  let known = uppers.get(bounds);
  if (known === undefined) {
    const all = bounds.map(upperBound);
    const rises = all.every((upper, place) => place === 0 || upper > (all[place - 1] ?? upper));
    known = all.length > 0 && rises && all.at(-1) === Infinity && all;
    uppers.set(bounds, known);
  }
  return known || undefined;
}

/** NaN for what is no bound; an absent `le` is empty. */
const upperBound = (le: string): number =>
  le === "+Inf" ? Infinity : le === "" ? Number.NaN : Number(le);

function bucketQuantile(q: number, unsorted: readonly Bucket[]): number {
  const buckets = merged(unsorted);
  return quantileOf(
    q,
    buckets.map(({ upper }) => upper),
    buckets.map(({ count }) => count),
  );
}

/** @param upper rising bounds; `counts` is what lies below each */
function quantileOf(q: number, upper: readonly number[], counts: readonly number[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const top = upper.length - 1;
  if (upper[top] !== Infinity || top < 1) return Number.NaN;
  // Scrapes are not atomic, so a lower bucket may be ahead of a higher one.
  let total = 0;
  for (const count of counts) total = Math.max(total, count);
  if (total === 0 || Number.isNaN(total)) return Number.NaN;

  const rank = q * total;
  let [below, count] = [0, 0];
  for (let index = 0; index < top; index += 1) {
    below = count;
    count = Math.max(count, counts[index] ?? 0);
    if (count < rank) continue;
    const end = upper[index] ?? Number.NaN;
    if (index === 0 && end <= 0) return end;
    const start = index === 0 ? 0 : (upper[index - 1] ?? Number.NaN);
    return start + (end - start) * ((rank - below) / (count - below));
  }
  return upper[top - 1] ?? Number.NaN;
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

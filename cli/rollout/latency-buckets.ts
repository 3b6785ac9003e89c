import { BOUNDS } from "@/sandbox/traffic/histogram";

const QUANTILE = 0.99;

/**
 * How requests fall into Envoy's buckets so that the 99th percentile, interpolated as Prometheus
 * does, is exactly `p99` (ms). Below it the shares grow with the bounds. Parts of 1, the last one
 * for what lies beyond every bound.
 */
export function latencyBuckets(p99: number): readonly number[] {
  const made = known.get(p99) ?? bucketsOf(p99);
  known.set(p99, made);
  return made;
}

/** A file names few percentiles, and each is asked for every second. */
const known = new Map<number, readonly number[]>();

function bucketsOf(p99: number): readonly number[] {
  const index = BOUNDS.findIndex((bound) => p99 <= bound);
  if (index < 0) return [...BOUNDS.map(() => 0), 1];
  const low = BOUNDS[index - 1] ?? 0;
  const high = BOUNDS[index] ?? p99;
  const part = (p99 - low) / (high - low);
  // All above `low` and below the quantile lie evenly in its bucket, and no more than there are.
  const least = part < QUANTILE ? (QUANTILE - part) / (1 - part) : 0;
  const below = Math.max(QUANTILE * Math.min(1, low / p99), least);
  const upTo = Math.min(1, below + (QUANTILE - below) / part);
  const cumulative = BOUNDS.map((bound, each) => {
    if (each < index) return low === 0 ? 0 : below * (bound / low);
    return each === index ? upTo : 1;
  });
  cumulative.push(1);
  return cumulative.map((count, each) => count - (cumulative[each - 1] ?? 0));
}

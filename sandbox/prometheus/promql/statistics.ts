import { exactSum } from "./regression";

/** NaN loses against every number. */
export function extreme(
  values: readonly number[],
  better: (candidate: number, kept: number) => boolean,
): number {
  let kept = Number.NaN;
  for (const value of values) {
    if (Number.isNaN(kept) || better(value, kept)) kept = value;
  }
  return kept;
}

/** The arithmetic mean; NaN of nothing. */
export const mean = (values: readonly number[]): number => exactSum(values) / values.length;

/** The population variance. */
export function variance(values: readonly number[]): number {
  const middle = mean(values);
  return exactSum(values.map((value) => (value - middle) ** 2)) / values.length;
}

/** The `q` quantile with linear interpolation; infinite outside [0, 1], NaN of nothing. */
export function quantile(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  // NaN is the smallest of all.
  const sorted = [...values].sort((a, b) => {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
    return Number.isNaN(b) ? 1 : a - b;
  });
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.max(0, Math.floor(rank))] ?? Number.NaN;
  const high = sorted[Math.min(sorted.length - 1, Math.floor(rank) + 1)] ?? Number.NaN;
  const weight = rank - Math.floor(rank);
  return low * (1 - weight) + high * weight;
}

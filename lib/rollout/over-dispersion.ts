const WINDOWS = 30;
const MOST = 20;
/** Fewer windows say nothing of how they vary. */
const LEAST = 3;

/** Failures and requests of the stable version in the last windows. */
export type Baseline = readonly { readonly requests: number; readonly failures: number }[];

/** The baseline with one more window; the oldest go. */
export const withBaseline = (known: Baseline, next: Baseline[number]): Baseline =>
  [...known, next].slice(-WINDOWS);

/**
 * Variance by mean of the failures per window; null where too little is known. Windows of different
 * sizes are compared with what each of them leads to expect (Pearson), which for equal ones is the
 * same.
 */
export function dispersion(windows: Baseline): number | null {
  const counted = windows.filter(({ requests }) => requests > 0);
  const requests = counted.reduce((sum, window) => sum + window.requests, 0);
  const failures = counted.reduce((sum, window) => sum + window.failures, 0);
  if (counted.length < LEAST || failures === 0) return null;
  const rate = failures / requests;
  const spread = counted.reduce((sum, window) => {
    const expected = window.requests * rate;
    return sum + (window.failures - expected) ** 2 / expected;
  }, 0);
  return spread / (counted.length - 1);
}

/** What was known of the dispersion after each window, with one more; the oldest go. */
export function withDispersion(known: readonly number[], baseline: Baseline): readonly number[] {
  const next = dispersion(baseline);
  return next === null ? known : [...known, next].slice(-WINDOWS);
}

/**
 * By how much single failures weigh less than if each came by itself: bursts and retries. The
 * median of the dispersion over the last windows, from 1 to 20 (rollouts.md 3.4). Taken from
 * earlier windows alone, it is fixed before the one that it weighs.
 */
export function overDispersion(dispersions: readonly number[]): number {
  const sorted = [...dispersions].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 1;
  const median = sorted.length % 2 === 0 ? ((sorted[middle - 1] ?? 1) + upper) / 2 : upper;
  return Math.min(MOST, Math.max(1, median));
}

import type { WindowCounts } from "./window";

// Limits of rollouts.md 3.4 "Hard trip".
const MIN_REQUESTS = 20;
const FAILING_SHARE = 0.5;
const BASELINE_LIMIT = 0.25;
const UNDELIVERED_SHARE = 0.05;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * Why the canary must lose its traffic at once, in words; undefined where nothing is that bad.
 *
 * Half of its requests fail while the stable version's don't, or more than 5 % cannot be delivered
 * to it. Requests that failed before a version was chosen count against the canary only while the
 * stable version itself delivers: they began with it.
 */
export function hardTrip({ canary, stable, unattributed }: WindowCounts): string | undefined {
  const baseline = stable.requests > 0 ? stable.failures / stable.requests : 0;
  if (canary.requests >= MIN_REQUESTS && baseline < BASELINE_LIMIT) {
    const failing = canary.failures / canary.requests;
    if (failing >= FAILING_SHARE) {
      return `${percent(failing)} of ${Math.round(canary.requests)} requests failed`;
    }
  }
  const stableDelivers = stable.undelivered <= stable.requests * UNDELIVERED_SHARE;
  const attempts = canary.requests + unattributed;
  if (attempts < MIN_REQUESTS || !stableDelivers) return undefined;
  const lost = (canary.undelivered + unattributed) / attempts;
  if (lost <= UNDELIVERED_SHARE) return undefined;
  return `${percent(lost)} of ${Math.round(attempts)} requests could not be delivered`;
}

import { type Instant, instant } from "@/lib/base/units";
import type { RolloutAnalysis } from "./plan";
import { NO_COUNTS, type VersionCounts, type WindowCounts } from "./window";

/** How past traffic is judged: numbers of the plan's own were not asked then. */
export const pastAnalysis = (analysis: RolloutAnalysis): RolloutAnalysis => ({
  ...analysis,
  metrics: [],
  webhooks: [],
});

/**
 * What one version did, as if a part of its requests had gone to a canary that is as good: each
 * failure falls on the canary with the chance of its share, durations in its measure.
 */
export function split(
  counts: VersionCounts,
  {
    share,
    random,
    at = instant(0),
  }: {
    /** 0 to 1. */
    readonly share: number;
    readonly random: () => number;
    readonly at?: Instant;
  },
): WindowCounts {
  const { requests, buckets } = counts;
  const own = Math.round(requests * share);
  const part = requests > 0 ? own / requests : 0;
  let failed = 0;
  for (let i = 0; i < Math.round(counts.failures); i += 1) if (random() < share) failed += 1;
  const failures = Math.min(own, failed);
  const side = (portion: number, more: Pick<VersionCounts, "requests" | "failures">) => ({
    ...NO_COUNTS,
    ...more,
    p50: counts.p50,
    p95: counts.p95,
    p99: counts.p99,
    undelivered: Math.min(more.failures, counts.undelivered * portion),
    buckets: buckets.map(({ le, count }) => ({ le, count: count * portion })),
  });
  return {
    from: at,
    to: at,
    canary: side(part, { requests: own, failures }),
    stable: side(1 - part, {
      requests: requests - own,
      failures: Math.max(0, counts.failures - failures),
    }),
    others: 0,
    unattributed: 0,
  };
}

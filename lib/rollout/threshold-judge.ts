import type { RolloutAnalysis } from "./plan";
import type { Judge } from "./verdict";
import { successRate, type VersionCounts } from "./window";

/** Counts from Prometheus are extrapolated: they carry fractions that mean nothing. */
const count = (requests: number): number => Math.round(requests * 100) / 100;
const shown = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * Compares the canary with fixed limits: exactly at a limit passes.
 *
 * Too few requests are no evidence either way. Where the stable version breaks the same limit in
 * the same window, the cause is shared, and the canary is not to blame.
 */
export const thresholdJudge: Judge = (analysis, { canary, stable }) => {
  const requests = count(canary.requests);
  if (requests <= 0) {
    return { verdict: "unknown", reason: "NoData", message: "no requests to the canary" };
  }
  if (requests < analysis.minRequests) {
    return {
      verdict: "unknown",
      reason: "LowSample",
      message: `${Math.round(requests)} of ${analysis.minRequests} requests that a verdict needs`,
    };
  }
  const [broken] = brokenLimits(analysis, canary);
  if (!broken) return { verdict: "pass", message: summary(analysis, canary) };
  const shared =
    stable.requests >= analysis.minRequests &&
    brokenLimits(analysis, stable).some(({ limit }) => limit === broken.limit);
  if (shared) {
    return {
      verdict: "unknown",
      reason: "BaselineUnhealthy",
      message: `${broken.message}; the stable version breaks the same limit`,
    };
  }
  return { verdict: "fail", message: broken.message };
};

/** Percentiles that a plan may limit. */
const PERCENTILES = ["p50", "p95", "p99"] as const;

function brokenLimits(
  analysis: RolloutAnalysis,
  version: VersionCounts,
): { readonly limit: string; readonly message: string }[] {
  const { successRate: least } = analysis;
  const rate = successRate(version);
  const broken = [];
  if (least && rate !== null && rate < least.min) {
    broken.push({
      limit: "successRate",
      message: `${shown(rate)} % of ${Math.round(version.requests)} requests succeeded, limit ${least.min} %`,
    });
  }
  for (const percentile of PERCENTILES) {
    const limit = analysis[percentile];
    const value = version[percentile];
    if (!limit || value === null || value <= limit.maxMs) continue;
    const message = `${percentile} ${shown(value)} ms, limit ${limit.maxMs} ms`;
    broken.push({ limit: percentile, message });
  }
  return broken;
}

function summary(analysis: RolloutAnalysis, version: VersionCounts): string {
  const parts = [
    `${shown(successRate(version) ?? 0)} % of ${Math.round(version.requests)} requests succeeded`,
  ];
  for (const percentile of PERCENTILES) {
    const value = version[percentile];
    if (analysis[percentile] && value !== null) parts.push(`${percentile} ${shown(value)} ms`);
  }
  return parts.join(", ");
}

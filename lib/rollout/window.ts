import type { Instant, Millis } from "@/lib/base/units";
import type { Bucket } from "./histogram";

/** What one version did in a window. Counts are raw: ratios are the judge's business. */
export interface VersionCounts {
  readonly requests: number;
  /** 5xx, gRPC failures, and requests that the client's proxy could not deliver. */
  readonly failures: number;
  /** Those among the failures that never reached the version (UH, UF, NC). */
  readonly undelivered: number;
  /** Milliseconds; null where no duration was measured. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Durations, cumulative, in the order of their bounds (ms); empty where none was measured. */
  readonly buckets: readonly Bucket[];
}

/** What a query or webhook of the plan gave. */
export interface Reading {
  readonly name: string;
  /** Null where it gave no number. */
  readonly value: number | null;
  /** Why there is no number to be judged; undefined where there is one. */
  readonly problem?:
    | {
        /** `nothing` may come to pass; what is `ambiguous` needs a person. */
        readonly kind: "nothing" | "ambiguous";
        readonly message: string;
      }
    | undefined;
}

/** What a webhook said that is asked for yes or no. */
export interface HookAnswer {
  readonly name: string;
  readonly type: string;
  readonly yes: boolean;
}

/** What both versions did in the same time, as seen by the same callers. */
export interface WindowCounts {
  readonly from: Instant;
  readonly to: Instant;
  readonly stable: VersionCounts;
  readonly canary: VersionCounts;
  /** Requests to further versions of the target. */
  readonly others: number;
  /** Requests to the target that failed before a version was chosen. */
  readonly unattributed: number;
  /** The queries that it comes from, by what they count. */
  readonly queries?: Readonly<Record<string, string>> | undefined;
  /** What the plan's own queries and webhooks gave; absent where it has none. */
  readonly readings?: readonly Reading[] | undefined;
  /** What webhooks said that are asked for yes or no; absent where the plan has none. */
  readonly hooks?: readonly HookAnswer[] | undefined;
  /** Set where the newest number is too old for a verdict: for how long nothing was counted. */
  readonly staleFor?: Millis | undefined;
}

/** Nothing happened. */
export const NO_COUNTS: VersionCounts = {
  requests: 0,
  failures: 0,
  undelivered: 0,
  p50: null,
  p95: null,
  p99: null,
  buckets: [],
};

/** Percent of requests without failure; null where there were none. */
export const successRate = ({ requests, failures }: VersionCounts): number | null =>
  requests > 0 ? withoutNoise(((requests - failures) / requests) * 100) : null;

/** Exactly at a limit is within it, so what floating point adds in the last digits must go. */
const withoutNoise = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Percent of the target's requests that the canary got; null where there were none. */
export function observedShare(window: WindowCounts): number | null {
  const total = window.stable.requests + window.canary.requests + window.others;
  return total > 0 ? (window.canary.requests / total) * 100 : null;
}

/** Requests below which an observed share proves nothing (rollouts.md 2.4 item 9). */
const SHARE_NEEDS = 200;

/** Whether an observed share of `requests` agrees with a wanted one, in percent: 3 sigma, at least 2 points. */
export function shareAgrees(observed: number, wanted: number, requests: number): boolean {
  const w = wanted / 100;
  const sigma = 3 * Math.sqrt((w * (1 - w)) / requests);
  return Math.abs(observed / 100 - w) <= Math.max(0.02, sigma);
}

/**
 * Whether proxies still divide by the share of before: there are enough requests to tell, they
 * contradict the new share and agree with the old one. A split that is neither is not a lag, and
 * a canary that had nothing before and gets nothing yet is a matter of missing data.
 */
export function stillOld(
  window: WindowCounts,
  { share, from }: { readonly share: number; readonly from: number },
): boolean {
  const observed = observedShare(window);
  const requests = window.stable.requests + window.canary.requests + window.others;
  if (observed === null || requests < SHARE_NEEDS) return false;
  if (from === 0 || share === from) return false;
  return !shareAgrees(observed, share, requests) && shareAgrees(observed, from, requests);
}

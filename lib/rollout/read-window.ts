import type { Instant } from "@/lib/base/units";
import { type Bucket, quantileOf } from "./histogram";
import { REVISION_LABEL } from "./metric-queries";
import type { VersionFacts } from "./version-facts";
import type { VersionCounts, WindowCounts } from "./window";

/** One labelled number of an answer; null means NaN. */
export interface CountSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** gRPC status codes that are failures of the server or the way to it (rollouts.md 3.4). */
const GRPC_FAILURES = new Set(["2", "4", "8", "13", "14", "15"]);
/** Response flags of requests that never reached a version. */
const UNDELIVERED = ["UH", "UF", "NC"];

type Side = "stable" | "canary" | "other" | "unattributed";

/** Sorts the answers of one check by version. Series of NaN count nothing. */
export function readWindow(
  answers: {
    readonly requests: readonly CountSample[];
    readonly durations: readonly CountSample[];
  },
  versions: { readonly stable: VersionFacts; readonly canary: VersionFacts },
  span: { readonly from: Instant; readonly to: Instant },
): WindowCounts {
  const counts = { stable: emptyCounts(), canary: emptyCounts() };
  let others = 0;
  let unattributed = 0;
  for (const { labels, value } of answers.requests) {
    if (value === null || !Number.isFinite(value)) continue;
    const side = sideOf(labels, versions);
    const flags = (labels["response_flags"] ?? "").split(",");
    const undelivered = flags.some((flag) => UNDELIVERED.includes(flag));
    if (side === "unattributed") unattributed += undelivered ? value : 0;
    else if (side === "other") others += value;
    else {
      counts[side].requests += value;
      if (isFailure(labels)) counts[side].failures += value;
      if (undelivered) counts[side].undelivered += value;
    }
  }
  const buckets = { stable: [] as Bucket[], canary: [] as Bucket[] };
  for (const { labels, value } of answers.durations) {
    const side = sideOf(labels, versions);
    const le = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
    if (value === null || Number.isNaN(le) || (side !== "stable" && side !== "canary")) continue;
    buckets[side].push({ le, count: value });
  }
  return {
    ...span,
    stable: withDurations(counts.stable, buckets.stable),
    canary: withDurations(counts.canary, buckets.canary),
    others,
    unattributed,
  };
}

const emptyCounts = () => ({ requests: 0, failures: 0, undelivered: 0 });

/** Whether a series counts failures: 5xx, or a gRPC status that is one. */
const isFailure = (labels: CountSample["labels"]): boolean =>
  (labels["response_code"] ?? "").startsWith("5") ||
  GRPC_FAILURES.has(labels["grpc_response_status"] ?? "");

/** Whether a series is about that version. */
export const isOf = (labels: CountSample["labels"], version: VersionFacts): boolean =>
  labels["destination_service"] === version.host &&
  (version.wholeHost || version.revisions.includes(labels[REVISION_LABEL] ?? ""));

function sideOf(
  labels: CountSample["labels"],
  { stable, canary }: { readonly stable: VersionFacts; readonly canary: VersionFacts },
): Side {
  // Without an endpoint the proxy knows no workload, and Istio fills in placeholders. Where each
  // version has a host of its own, that one tells all the same.
  const isTold = stable.host !== canary.host;
  if (labels["destination_workload"] === "unknown" && !isTold) return "unattributed";
  if (isOf(labels, canary)) return "canary";
  return isOf(labels, stable) ? "stable" : "other";
}

function withDurations(
  counts: Pick<VersionCounts, "requests" | "failures" | "undelivered">,
  buckets: readonly Bucket[],
): VersionCounts {
  const byBound = new Map<number, number>();
  for (const { le, count } of buckets) byBound.set(le, (byBound.get(le) ?? 0) + count);
  const merged = [...byBound].map(([le, count]) => ({ le, count }));
  const quantile = (q: number) => {
    const value = quantileOf(merged, q);
    // Exactly at a limit is within it: thousandths of a millisecond are noise of the counting.
    return value === null ? null : Math.round(value * 1000) / 1000;
  };
  return {
    ...counts,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    buckets: merged.sort((a, b) => a.le - b.le),
  };
}

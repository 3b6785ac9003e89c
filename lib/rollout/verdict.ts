import type { RolloutAnalysis } from "./plan";
import type { WindowCounts } from "./window";

/** Why the judge cannot tell. */
export type UnknownReason = "NoData" | "Stale" | "LowSample" | "BaselineUnhealthy";

/** What the judge says of one window; the message holds the numbers. */
export type Verdict =
  | { readonly verdict: "pass"; readonly message: string }
  | { readonly verdict: "fail"; readonly message: string }
  /** So bad that counting checks would be waiting for nothing. */
  | { readonly verdict: "trip"; readonly message: string }
  | { readonly verdict: "unknown"; readonly reason: UnknownReason; readonly message: string };

/** Judges one window of both versions. Pure: it remembers nothing. */
export type Judge = (analysis: RolloutAnalysis, window: WindowCounts) => Verdict;

import type { RolloutAnalysis } from "./plan";
import type { WindowCounts } from "./window";

/** Why the judge cannot tell. */
export type UnknownReason =
  "NoData" | "Stale" | "LowSample" | "BaselineUnhealthy" | "Continue" | "Ambiguous";

/** What the judge says of one window; the message holds the numbers. */
export type Verdict =
  | {
      readonly verdict: "pass";
      readonly message: string;
      /** It may not advance all the same: the whole distribution of durations moved. */
      readonly slower?: string;
    }
  /** A final one needs no second. */
  | {
      readonly verdict: "fail";
      readonly message: string;
      readonly final?: true;
      /** Names of the plan's own numbers that failed, where only those did. */
      readonly metrics?: readonly string[];
    }
  /** So bad that counting checks would be waiting for nothing. */
  | { readonly verdict: "trip"; readonly message: string }
  | {
      readonly verdict: "unknown";
      readonly reason: UnknownReason;
      readonly message: string;
      /** Waiting would not help: a person must look. */
      readonly pause?: boolean;
    };

/** Judges one window of both versions. Pure: it remembers nothing. */
export type Judge = (analysis: RolloutAnalysis, window: WindowCounts) => Verdict;

import type { LastVerdict, RolloutState } from "@/lib/rollout/status";

/** The signs of a state: shape, and the word beside it. */
export interface StateWords {
  readonly status: "ok" | "warn" | "fail" | "progress" | "unknown" | "off";
  readonly word: string;
}

const PAUSED: Readonly<Record<Extract<RolloutState, { phase: "Paused" }>["reason"], string>> = {
  Manual: "Paused",
  Approval: "Waits for approval",
  Frozen: "Paused, change freeze",
  Inconclusive: "Paused, inconclusive",
  NoData: "Paused, no data",
  MetricsUnavailable: "Paused, no metrics",
  BaselineUnhealthy: "Paused, stable unhealthy",
  Contended: "Paused, weights contended",
  Drifted: "Paused, weights changed",
  TargetMissing: "Paused, route missing",
  WriteRefused: "Paused, write refused",
  NotConverged: "Paused, not converged",
  ControllerGap: "Paused, nobody drove it",
};

/** How a state is called in titles and rows. */
export function stateWords(state: RolloutState): StateWords {
  switch (state.phase) {
    case "Pending":
      return { status: "progress", word: "Starting" };
    case "Applying":
      return { status: "progress", word: "Writing weights" };
    case "Verifying":
      return { status: "progress", word: "Verifying" };
    case "Holding":
      return { status: "progress", word: "Gathering evidence" };
    case "Promoting":
      return { status: "progress", word: "Promoting" };
    case "Paused":
      return { status: state.reason === "Manual" ? "off" : "warn", word: PAUSED[state.reason] };
    case "RollingBack":
      return state.blocked === undefined
        ? { status: "warn", word: "Rolling back" }
        : { status: "fail", word: "Rollback waits" };
    case "Succeeded":
      return { status: "ok", word: "Succeeded" };
    case "RolledBack":
      return { status: "warn", word: "Rolled back" };
    case "Aborted":
      return { status: "off", word: "Aborted" };
    case "Rejected":
      return { status: "fail", word: "Rejected" };
  }
}

/** What holds a rollout, in words. */
export const STORE_WORDS = {
  customResource: "a CanaryRollout",
  configMap: "a ConfigMap",
  annotation: "an annotation of its VirtualService",
  manual: "nothing",
} as const;

/** What the last check said, in a word. */
export const VERDICT_WORDS: Readonly<Record<LastVerdict, StateWords>> = {
  pass: { status: "ok", word: "Passed" },
  fail: { status: "fail", word: "Failed" },
  unknown: { status: "unknown", word: "Unknown" },
  error: { status: "unknown", word: "Not asked" },
};

/** `/rollouts/bookinfo/reviews-v3`. */
export const rolloutHref = ({ namespace, name }: { namespace: string; name: string }): string =>
  `/rollouts/${namespace}/${name}`;

/** `25 %`, on one line. */
export const percent = (value: number): string => `${value}\u00a0%`;

/** The time of day in the reader's own zone, to the second: holds may be short. */
export const TIME = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

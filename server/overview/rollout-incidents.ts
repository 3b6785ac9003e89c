import { type Instant, type Millis, seconds } from "@/lib/base/units";
import { type CanaryRollout, versionLabel } from "@/lib/rollout/plan";
import type { RolloutStatus } from "@/lib/rollout/status";
import type { Action, Incident } from "./incident";
import { sentence, sentences } from "./sentence";

/** How long a rollout that ended badly is worth a line here; the Rollouts page keeps it. */
const TOLD_FOR: Millis = seconds(24 * 3600);

/** What we read of a stored rollout. */
export interface StoredRollout {
  readonly ref: { readonly namespace: string; readonly name: string };
  readonly rollout: CanaryRollout;
  readonly status: RolloutStatus;
}

/** Rollouts that wait for a person, go back, or went back within a day. */
export function rolloutIncidents(rollouts: readonly StoredRollout[], now: Instant): Incident[] {
  return rollouts.flatMap((stored) => incidentOf(stored, now) ?? []);
}

type Said = Pick<Incident, "status" | "title" | "cause" | "since" | "weight"> & { verb: string };

function incidentOf(stored: StoredRollout, now: Instant): Incident | undefined {
  const said = wordsOf(stored, now);
  if (!said) return undefined;
  const { ref } = stored;
  const target = { page: "rollouts" as const, rollout: ref };
  const { verb, ...words } = said;
  const action: Action = { label: `${verb} ${ref.name}`, target };
  return {
    ...words,
    id: `rollout ${ref.namespace}/${ref.name}`,
    target,
    sinceOrEarlier: false,
    actions: [action],
    evidence: undefined,
  };
}

function wordsOf({ rollout, status }: StoredRollout, now: Instant): Said | undefined {
  const { state } = status;
  const { spec } = rollout;
  const canary = `${spec.target.host} ${versionLabel(spec, "canary")}`;
  switch (state.phase) {
    case "Paused":
      // Who paused it by hand knows; all other pauses wait for somebody who does not.
      if (state.reason === "Manual") return undefined;
      return {
        status: "warn",
        title: `Rollout of ${canary} is paused at ${state.share} %`,
        cause: sentence(state.message),
        since: state.since,
        weight: state.share,
        verb: "Decide on rollout",
      };
    case "RollingBack":
      return {
        status: "fail",
        title: `Rollout of ${canary} is going back`,
        cause: sentences(state.message, state.blocked?.message),
        since: state.since,
        weight: state.op.from,
        verb: "Watch rollout",
      };
    case "RolledBack":
    case "Rejected":
      if (now - state.at > TOLD_FOR || state.reason === "Manual") return undefined;
      return {
        status: "warn",
        title:
          state.phase === "RolledBack"
            ? `Rollout of ${canary} was rolled back`
            : `Rollout of ${canary} was not started`,
        cause: sentence(state.message),
        since: state.at,
        weight: 0,
        verb: "Open rollout",
      };
    default:
      return undefined;
  }
}

import { between, type Instant, instant, seconds } from "@/lib/base/units";
import { lastStamp } from "@/lib/k8s/last-stamp";
import type { ObjectPlan } from "./object-plan";
import { advance } from "./progress";
import { planRollout } from "./rollout-plan";
import { isRefusal } from "./route-target";
import { pauseFor, weightsText } from "./settle";
import type { StateOf } from "./status";
import { startClock, stopClock } from "./step-clock";
import { targetKey } from "./targets";
import {
  become,
  decide,
  goalOf,
  ledgerWith,
  rememberedOf,
  type Run,
  type Transition,
} from "./transition";
import type { DestinationWeight } from "./weight-patch";

/** Reverts from outside that are put right within `CONTENTION_WINDOW`; one more is a fight. */
const REVERTS_ENDURED = 2;
const CONTENTION_WINDOW = seconds(600);

/**
 * The weights are not what was written: somebody else wrote. They are set again twice; whoever
 * insists a third time within ten minutes is meant to win until a person decides.
 */
export function drift(
  run: Run,
  state: StateOf<"Holding">,
  /** Whether the step ends now, so that the next one's weights are written over these. */
  isLast: boolean,
): Transition | undefined {
  const { objects } = run.observed;
  const { rollout, status, now } = run;
  if (!objects) return undefined;
  const plan = planRollout(rollout, rememberedOf(run), {
    objects,
    goal: goalOf(rollout, state),
    down: false,
  });
  if (isRefusal(plan)) return pauseFor(run, "TargetMissing", plan.message);
  if (plan.settled) return undefined;

  const found = plan.due.find(({ before }) => before.length > 0)?.before ?? [];
  const own = found.map(({ weight }) => weight);
  const wanted = plan.due.find(({ before }) => before.length > 0)?.after ?? [];
  // Subsets and routes that were added are ours alone: only weights are there to be adopted.
  const isWeights = wanted.some(({ weight }, index) => weight !== own[index]);
  if (rollout.spec.drift !== "reassert" && isWeights) return yieldTo(run, state, found);
  const recent = status.reverts.filter((at) => between(at, now) < CONTENTION_WINDOW);
  const text = isWeights ? weightsText(found) : "what the rollout had added was changed";
  if (recent.length >= REVERTS_ENDURED) {
    return pauseFor(
      { ...run, status: { ...status, reverts: [...recent, now] } },
      "Contended",
      `somebody else set the weights ${recent.length + 1} times in 10 min, now to ${text}`,
    );
  }
  const reverts = [...recent, now];
  const counted: Run = { ...run, status: { ...status, reverts } };
  const since = offSince(run, state, plan.due);
  // At the end of its hold the next step's weights are written over them: once, not twice.
  if (isLast && since >= state.holdUntil) return advance(counted);
  const carry = stopClock(rollout, state, since);
  const { op, operations } = decide(run, { step: state.step, share: state.share });
  return become(run, {
    operations,
    reverts,
    state: { phase: "Applying", carry, op: { ...op, from: state.from } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Weights were changed from outside; ${state.share} % is set again`,
      note: `found ${text}; the step's clock stands until then`,
    }),
  });
}

/** What is found so soon after it was done was off for no time worth telling. */
const AT_ONCE = seconds(2);

/**
 * Since when the weights are not those of the step: while nobody led, somebody else may have set them
 * long before that was seen, and time off target is no part of a hold. As the API server noted the
 * last write of what is off; now, where it notes nothing.
 */
function offSince(
  { observed, now }: Run,
  { verifiedAt }: StateOf<"Holding">,
  off: readonly ObjectPlan[],
): Instant {
  const stamps = off.flatMap(({ target }) => {
    const object = observed.objects?.get(targetKey(target));
    return object ? [lastStamp(object) ?? now] : [];
  });
  const since = instant(Math.max(verifiedAt, Math.min(now, ...stamps)));
  return between(since, now) > AT_ONCE ? since : now;
}

/** The weights that somebody else set stay: as the new share of the step, or until a person decides. */
function yieldTo(
  run: Run,
  state: StateOf<"Holding">,
  found: readonly DestinationWeight[],
): Transition {
  const { rollout, now } = run;
  const text = weightsText(found);
  if (rollout.spec.drift === "pause") {
    return pauseFor(run, "Drifted", `somebody else set the weights to ${text}`);
  }
  const canary = found.find(({ role }) => role === "canary")?.weight ?? 0;
  const others = found.reduce((sum, { role, weight }) => sum + (role === "other" ? weight : 0), 0);
  const share = others >= 100 ? 0 : Math.round((canary * 100) / (100 - others));
  const reached = rollout.spec.steps.findLastIndex(({ weight }) => weight <= share);
  const step = Math.max(0, reached);
  const op = { id: "", step, share, from: state.share, decidedAt: now };
  return become(run, {
    adopted: true,
    prepared: null,
    state: startClock(rollout, op, { carry: undefined, now }),
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Weights were changed from outside; ${share} % is adopted`,
      note: `found ${text}; the step's clock starts again`,
    }),
  });
}

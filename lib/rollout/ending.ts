import type { Finalise, Operation } from "./operation";
import { pauseFor, settle, weightsText, withWeights } from "./settle";
import type { StateOf } from "./status";
import { bakingTime, startClock } from "./step-clock";
import {
  become,
  currentShare,
  currentStep,
  decide,
  ledgerWith,
  type Run,
  type Transition,
} from "./transition";

/**
 * What may come after the last step, in this order: all traffic to the canary; the routes and copies
 * of ours go; all is watched for a while; then what takes away the way back.
 */
const ENDINGS = [
  "cutover",
  "tidy",
  "bake",
  "rotate",
  "prune",
  "scale-down",
  "copy-to-primary",
] as const;
type Ending = (typeof ENDINGS)[number];

/** Goes on with the next ending that the plan has; `done` is the last one. */
export function conclude(run: Run, done: Ending | undefined, who = "engine"): Transition {
  const from = done === undefined ? 0 : ENDINGS.indexOf(done) + 1;
  const next = ENDINGS.slice(from).find((ending) => isWanted(run, ending));
  switch (next) {
    case undefined:
      return succeed(run, done);
    case "cutover":
      return promote(run, { who, title: "Cut over: 100 % to the canary" });
    case "tidy":
      return ends(run, { tidy: true }, "Every step passed: what the rollout had added goes");
    case "bake":
      return bake(run);
    case "rotate": {
      const { stable, canary } = run.rollout.spec;
      const title = `Rotate: ${stable.subset ?? ""} becomes what ${canary.subset ?? ""} is`;
      return ends(run, { rotate: true, share: 0 }, title);
    }
    case "prune":
    case "scale-down":
      return ends(run, { finalise: next }, FINALISED[next]);
    case "copy-to-primary":
      return ends(run, { finalise: next, share: 0 }, FINALISED[next]);
  }
}

const FINALISED: Readonly<Record<Finalise, string>> = {
  prune: "Prune: the stable destination leaves the routes",
  "scale-down": "Scale down: the stable version needs no pods any more",
  "copy-to-primary": "Copy: the stable version gets the canary's containers, and then the traffic",
};

function isWanted({ rollout: { spec }, status }: Run, ending: Ending): boolean {
  const share = currentShare(status);
  switch (ending) {
    case "cutover":
      return spec.finalise !== "keep" && share < 100;
    case "tidy":
      if (spec.testers?.only || spec.steps.at(-1)?.mirror !== undefined) return true;
      return share < 100 && (spec.testers ?? spec.sticky) !== undefined;
    case "bake":
      return spec.bake > 0;
    default:
      return spec.finalise === ending;
  }
}

/** Decides a write of the end. */
function ends(
  run: Run,
  changes: Partial<Pick<Operation, "tidy" | "rotate" | "finalise" | "share">>,
  title: string,
): Transition {
  const step = currentStep(run.status.state);
  const { op, operations } = decide(run, { step, share: currentShare(run.status) });
  return become(run, {
    operations,
    state: { phase: "Promoting", op: { ...op, ...changes } },
    ledger: ledgerWith(run, { who: "engine", level: "progress", title }),
  });
}

/** Final weights are checked for a while yet. */
function bake(run: Run): Transition {
  const { rollout, status, now } = run;
  const share = currentShare(status);
  const op = { id: "", step: currentStep(status.state), share, from: share, decidedAt: now };
  return become(run, {
    state: startClock(rollout, op, { carry: bakingTime(rollout), now }),
    ledger: ledgerWith(run, {
      who: "engine",
      level: "progress",
      title: `Watched for ${rollout.spec.bake} s with its last weights`,
    }),
  });
}

/** Decides that the canary gets everything now. */
export function promote(
  run: Run,
  why: { readonly who: string; readonly title: string; readonly note?: string },
): Transition {
  const step = run.rollout.spec.steps.length - 1;
  const { op, operations } = decide(run, { step, share: 100 });
  return become(run, {
    operations,
    state: { phase: "Promoting", op },
    ledger: ledgerWith(run, {
      who: why.who,
      level: "progress",
      title: why.title,
      ...(why.note ? { note: why.note } : {}),
    }),
  });
}

const REASONS: Readonly<Record<Ending, string>> = {
  cutover: "Promoted",
  tidy: "AllStepsPassed",
  bake: "AllStepsPassed",
  rotate: "Rotated",
  prune: "Pruned",
  "scale-down": "ScaledDown",
  "copy-to-primary": "Copied",
};

function succeed(run: Run, done: Ending | undefined): Transition {
  const { written } = run.status;
  const isPromoted = done === "bake" && run.rollout.spec.finalise !== "keep";
  const reason = done === undefined ? "AllStepsPassed" : isPromoted ? "Promoted" : REASONS[done];
  const message =
    done === undefined || !written ? "every step passed" : weightsText(written.weights);
  return become(run, {
    state: { phase: "Succeeded", reason, message, at: run.now },
    ledger: ledgerWith(run, { who: "engine", level: "ok", title: "Succeeded", note: message }),
  });
}

/** Promoting: done once everything is read back. */
export function settlePromotion(run: Run, state: StateOf<"Promoting">): Transition {
  const { op } = state;
  const settled = settle(run, op, (changed) => become(run, { state: { ...state, op: changed } }));
  if (settled.type === "going") return settled.transition;
  if (settled.type === "stopped") return pauseFor(run, settled.reason, settled.message);
  return conclude(withWeights(run, op, settled.weights), endingOf(op));
}

/** Which ending a write belongs to. */
const endingOf = ({ tidy, rotate, finalise }: Operation): Ending =>
  finalise ?? (rotate ? "rotate" : tidy ? "tidy" : "cutover");

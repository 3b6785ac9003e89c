import { type Instant, instant } from "@/lib/base/units";
import type { CanaryRollout } from "./plan";
import type { PauseReason } from "./operation";
import type { RolloutStatus } from "./status";
import { currentShare, currentStep, type Run } from "./transition";

/** Why the canary may get no more for now. */
export interface ShutGate {
  readonly reason: Extract<PauseReason, "Approval" | "Frozen">;
  readonly message: string;
}

/** The step that comes after the one that runs; an adopted share below its step's makes that up. */
export function nextStep({ spec }: CanaryRollout, status: RolloutStatus): number {
  const step = currentStep(status.state);
  const weight = spec.steps[step]?.weight ?? 0;
  return status.adopted && currentShare(status) < weight ? step : step + 1;
}

/** What keeps a rollout from its next step, whatever the judge says; undefined where nothing does. */
export function shutGate({ rollout, status, now }: Run): ShutGate | undefined {
  const until = frozenUntil(rollout, status.startedAt, now);
  if (until !== undefined) {
    const message = `changes are frozen until ${new Date(until).toISOString()}`;
    return { reason: "Frozen", message };
  }
  const next = nextStep(rollout, status);
  if (!needsApproval(rollout, next) || status.approved.includes(next)) return undefined;
  const step = rollout.spec.steps[next];
  const what = step ? `${step.weight} %` : "the end";
  return { reason: "Approval", message: `${what} waits for somebody to approve it` };
}

/** Whether somebody must approve a step before it is entered; the one behind the last is the end. */
const needsApproval = ({ spec }: CanaryRollout, step: number): boolean =>
  step < spec.steps.length ? spec.steps[step]?.approval === true : spec.approveFinish;

/** The next step, or the end, that waits for its approval; undefined where none does. */
export function toApprove(rollout: CanaryRollout, status: RolloutStatus): number | undefined {
  const { length } = rollout.spec.steps;
  for (let step = nextStep(rollout, status); step <= length; step += 1) {
    if (needsApproval(rollout, step) && !status.approved.includes(step)) return step;
  }
  return undefined;
}

/** The end of the freeze that `now` lies in; undefined outside of all. */
export function frozenUntil(
  { spec }: CanaryRollout,
  startedAt: Instant,
  now: Instant,
): Instant | undefined {
  const at = (moment: number | string): number =>
    typeof moment === "number" ? startedAt + moment * 1000 : Date.parse(moment);
  const ends = spec.freezes.filter(({ from, to }) => at(from) <= now && now < at(to));
  return ends.length > 0 ? instant(Math.max(...ends.map(({ to }) => at(to)))) : undefined;
}

import type { Instant, Millis } from "@/lib/base/units";
import { hooksAt } from "@/lib/rollout/hooks";
import { versionsOf } from "@/lib/rollout/preflight";
import { currentStep, type Measurement } from "@/lib/rollout/transition";
import type { Clock, MeshStore, Metrics } from "../ports";
import type { Leadership } from "./leadership";
import { measure } from "./measure";
import { hookAnswers, planReadings } from "./plan-readings";
import type { RolloutRecord } from "./rollout-store";
import type { Webhooks } from "./webhooks";

interface CheckNeeds {
  readonly metrics: Metrics;
  readonly webhooks: Webhooks;
  readonly mesh: MeshStore;
  readonly clock: Clock;
  readonly leadership: Leadership;
}

/** Asks for what a check of the rollout looks at: requests to both versions since `from`, and the plan's own numbers. */
export async function checkNow(
  needs: CheckNeeds,
  { rollout, status }: RolloutRecord,
  from: Instant,
): Promise<Measurement> {
  const versions = versionsOf(needs.mesh.view(), rollout);
  const { analysis, steps } = rollout.spec;
  const step = currentStep(status.state);
  const hasOwn = analysis.metrics.length + analysis.webhooks.length > 0;
  const readings = (at: Instant, window: Millis, signal: AbortSignal) =>
    planReadings(needs, rollout, { versions, at, window, step, signal });
  const copies = steps[step]?.mirror !== undefined;
  const hooks = (window: Millis, signal: AbortSignal) =>
    hookAnswers(needs.webhooks, rollout, { versions, window, step, time: "check", signal });
  const asked = {
    from,
    copies,
    ...(hasOwn ? { readings } : {}),
    ...(hooksAt(rollout.spec, "check").length > 0 ? { hooks } : {}),
  };
  return measure(needs, versions, asked, needs.leadership.signal);
}

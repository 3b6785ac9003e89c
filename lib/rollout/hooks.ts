import type { RolloutAnalysis, RolloutSpec } from "./plan";
import { nextStep } from "./gate";
import { rollBack } from "./rollback";
import type { Run, Transition } from "./transition";
import type { HookAnswer, WindowCounts } from "./window";

type Webhook = RolloutAnalysis["webhooks"][number];
type HookType = Webhook["type"];

/** Asked at each check, for yes or no. */
const AT_CHECKS: ReadonlySet<HookType> = new Set<HookType>([
  "confirm-traffic-increase",
  "confirm-promotion",
  "rollback",
]);
/** Asked before the first weights are written. */
const AT_START: ReadonlySet<HookType> = new Set<HookType>(["pre-rollout", "confirm-rollout"]);

/** The webhooks that are asked for yes or no at that time. */
export const hooksAt = ({ analysis }: RolloutSpec, time: "start" | "check"): readonly Webhook[] =>
  analysis.webhooks.filter(({ type }) => (time === "start" ? AT_START : AT_CHECKS).has(type));

/** A webhook of type `rollback` that says yes takes the traffic back, whatever the judge says. */
export function askedBack(run: Run, { hooks = [] }: WindowCounts): Transition | undefined {
  const hook = hooks.find(({ type, yes }) => type === "rollback" && yes);
  if (!hook) return undefined;
  const message = `webhook ${hook.name} asks for it`;
  return rollBack(run, { reason: "Webhook", message, who: hook.name });
}

/** The webhooks that said no to what comes next at the last check; undefined where none did. */
export function unconfirmed({ rollout, status }: Run): string | undefined {
  const type: HookType =
    nextStep(rollout, status) < rollout.spec.steps.length
      ? "confirm-traffic-increase"
      : "confirm-promotion";
  return refusal((status.checks.at(-1)?.hooks ?? []).filter((hook) => hook.type === type));
}

/** What those that said no keep from going on; undefined where all said yes. */
export function refusal(hooks: readonly HookAnswer[]): string | undefined {
  const names = hooks.flatMap(({ name, yes }) => (yes ? [] : [name]));
  return names.length === 0 ? undefined : `not confirmed by webhook ${names.join(", ")}`;
}

import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import { next } from "./machine";
import type { TargetObjects } from "./object-plan";
import { planRollout } from "./rollout-plan";
import { isRefusal } from "./route-target";
import { initialStatus, type RolloutStatus } from "./status";
import { namedTargets, type RolloutTarget, targetKey } from "./targets";
import { aRollout, aVirtualService } from "./testing";
import { goalOf, type Observed, rememberedOf } from "./transition";

/** Two VirtualServices are written together; the API server will not have the second. */
const rollout = aRollout({
  target: { virtualServices: ["reviews", "edge"], route: { all: true }, host: "reviews" },
});
const targets = namedTargets(rollout);
const NOW = instant(1000);

function objectsBefore(): TargetObjects {
  const object = aVirtualService();
  return new Map(
    targets.map(({ name, ...target }) => [
      targetKey({ name, ...target }),
      { ...object, metadata: { ...object.metadata, name } },
    ]),
  );
}

/** The objects once the patch of one target was taken. */
function written(status: RolloutStatus, objects: TargetObjects, only: RolloutTarget) {
  if (status.state.phase !== "Applying") throw new Error(status.state.phase);
  const goal = goalOf(rollout, status.state.op, { restore: status.state.op.share === 0 });
  const plan = planRollout(rollout, rememberedOf({ rollout, status }), {
    objects,
    goal,
    down: false,
  });
  if (isRefusal(plan)) throw new Error(plan.message);
  const own = plan.due.find(({ target }) => targetKey(target) === targetKey(only));
  const key = targetKey(only);
  return new Map(objects).set(
    key,
    applyJsonPatch(objects.get(key), [...(own?.patch ?? [])]) as KubeObject,
  );
}

test("a write that is refused by one of several objects is taken back from the others, and waits", () => {
  const step = (status: RolloutStatus, more: Partial<Observed>) =>
    next(rollout, status, { commands: [], targets, ...more }, NOW);
  const [first] = targets as [RolloutTarget];
  let objects = objectsBefore();
  const started = step(initialStatus("ana", instant(0)), { objects }).status;
  expect(step(started, { objects }).actions).toMatchObject([{ type: "write" }]);
  const half = written(started, objects, first);
  const write = { opId: "op-1", outcome: "refused" as const, message: "not allowed" };
  const back = step(started, { objects: half, write }).status;
  expect(back.state).toMatchObject({ phase: "Applying", op: { share: 0, from: 10 } });
  const action = step(back, { objects: half }).actions[0];
  expect(action).toMatchObject({ type: "write", targets: [{ name: "reviews" }] });
  objects = written(back, half, first);
  const ended = step(back, { objects }).status;
  expect(ended.state).toMatchObject({ phase: "Paused", reason: "WriteRefused", share: 10 });
  expect(objects).toEqual(objectsBefore());
});

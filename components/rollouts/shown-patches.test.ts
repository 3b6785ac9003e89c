import { expect, test } from "vitest";
import { aRollout, aVirtualService } from "@/lib/rollout/testing";
import { previewRollout } from "@/lib/rollout/preview";
import { isRefusal } from "@/lib/rollout/route-target";
import { namedTargets, targetKey } from "@/lib/rollout/targets";
import { shownPatches } from "./shown-patches";

test("each step's text begins where the one before it ends, and the rollback after the first", () => {
  const rollout = aRollout();
  const targets = namedTargets(rollout);
  const key = targetKey(targets[0]!);
  const live = aVirtualService();
  const plan = previewRollout(rollout, targets, new Map([[key, live]]));
  if (isRefusal(plan)) throw new Error(plan.message);
  const of = (step: number) => shownPatches({ plan, objects: { [key]: live } }, step)[0]!;
  expect(of(1).before).toBe(of(0).after);
  expect(of(1).after).toContain("weight: 25");
  expect(of(plan.steps.length).before).toBe(of(0).after);
  expect(of(plan.steps.length).after).toBe(of(0).before);
  expect(of(0).command).toMatch(/^kubectl patch virtualservice reviews -n shop --type json -p '\[/);
});

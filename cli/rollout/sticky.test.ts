import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { applyJsonPatch } from "@/lib/k8s/json-patch";
import { parseRollout } from "@/lib/rollout/plan";
import { isRefusal } from "@/lib/rollout/route-target";
import { snapshotRoute } from "@/lib/rollout/route-snapshot";
import { planWeights } from "@/lib/rollout/weight-patch";
import { sampling } from "@/lib/routing/chance";
import { decided, shop } from "@/lib/routing/testing";
import { seededRandom } from "@/sandbox/random";
import { aVirtualService, aRollout, to } from "./testing";

/** Scenario 62 of rollouts.md section 7: users of proxies that follow what the engine writes. */
const USERS = 1000;
const REQUESTS = 6;

const parsed = parseRollout(aRollout({ sticky: { cookie: "met" } }));
if ("problems" in parsed) throw new TypeError(JSON.stringify(parsed.problems));
const { spec } = parsed.rollout;
const before = aVirtualService([to("v1", 100), to("v2", 0)], {
  timeout: "3s",
}) as unknown as KubeObject;
const snapshot = snapshotRoute(before, spec);
if (isRefusal(snapshot)) throw new TypeError(snapshot.message);

/** What the engine makes of an object at a step. */
function at(object: KubeObject, step: number, restore = false): KubeObject {
  const percent = restore ? 0 : (spec.steps[step]?.weight ?? 0);
  const plan = planWeights(object, spec, { percent, step, restore, snapshot: snapshot as never });
  if (isRefusal(plan)) throw new TypeError(plan.message);
  return applyJsonPatch(object, [...plan.patch]) as KubeObject;
}

/** Every user asks a few times, with the cookie of the last answer; who met the canary at all. */
function visit(object: KubeObject, cookies: Map<number, string>, random: () => number) {
  const mesh = shop(object);
  const chance = sampling(random);
  const met = new Set<number>();
  for (let user = 0; user < USERS; user += 1) {
    for (let request = 0; request < REQUESTS; request += 1) {
      const cookie = cookies.get(user);
      const headers = cookie === undefined ? {} : { cookie: `other=1; ${cookie}` };
      const decision = decided(mesh, { headers }, { draw: chance });
      const { action } = decision;
      if (action.type !== "forward") throw new Error(action.type);
      if (decision.cluster?.includes("|v2|")) met.add(user);
      const set = JSON.stringify(action.responseHeaders).match(/met=[\w-]+/);
      if (set) cookies.set(user, set[0]);
    }
  }
  return met;
}

test("62: the share of users is that of the step, and who met the canary stays with it", () => {
  const random = seededRandom(7);
  const cookies = new Map<number, string>();
  const shares: number[] = [];
  let live = before;
  let stays = new Set<number>();
  for (const step of [0, 1, 2]) {
    live = at(live, step);
    const met = visit(live, cookies, () => random.next());
    for (const user of stays) expect(met.has(user)).toBe(true);
    stays = met;
    shares.push((met.size / USERS) * 100);
  }
  [10, 25, 50].forEach((share, step) =>
    expect(Math.abs((shares[step] ?? 0) - share)).toBeLessThan(4),
  );
  expect(at(live, 2, true)["spec"]).toEqual(before["spec"]);
});

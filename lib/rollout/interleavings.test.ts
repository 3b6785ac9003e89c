import fc from "fast-check";
import { expect, test } from "vitest";
import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { PatchOperation } from "./weight-operations";
import type { KubeObject } from "@/lib/k8s/object";
import { isRefusal } from "./route-target";
import { aRollout, to } from "./testing";
import { planWeights } from "./weight-patch";

const STEPS = [10, 25, 50, 100];

/** A rollout of one route of the VirtualService that it shares with the other. */
class Walker {
  private step = 0;
  private sent: readonly PatchOperation[] | undefined;
  private readonly rollout;

  constructor(readonly route: string) {
    const target = { virtualService: "reviews", route: { name: route }, host: "reviews" };
    this.rollout = aRollout({ target });
  }

  get isDone(): boolean {
    return this.step === STEPS.length;
  }

  /** Plans on what it reads now, or sends what it planned before; what `test` refuses is planned anew. */
  act(live: KubeObject): KubeObject {
    const percent = STEPS[this.step];
    if (percent === undefined) return live;
    if (!this.sent) {
      const plan = planWeights(live, this.rollout.spec, { percent });
      if (isRefusal(plan)) throw new Error(plan.message);
      this.sent = plan.patch;
      return live;
    }
    const patch = this.sent;
    this.sent = undefined;
    try {
      const next = applyJsonPatch(live, [...patch]) as KubeObject;
      this.step += 1;
      return next;
    } catch {
      return live;
    }
  }
}

const weightsOf = ({ spec }: KubeObject) =>
  (spec as { http: { name: string; route: { weight?: number }[] }[] }).http.map(
    ({ name, route }) => `${name} ${route.map(({ weight = 0 }) => weight).join("/")}`,
  );

test("55: two rollouts of one VirtualService lose no update in 200 interleavings, nor a user's edit", () => {
  const pair = [to("v1", 100), to("v2", 0)];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 1, 2), { minLength: 60, maxLength: 90 }), (order) => {
      const walkers = [new Walker("a"), new Walker("b")];
      let edits = 0;
      let live: KubeObject = {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "reviews", namespace: "shop", resourceVersion: "1" },
        spec: { hosts: ["reviews"], http: ["a", "b"].map((name) => ({ name, route: pair })) },
      };
      const everybody = Array.from({ length: 40 }, (_, i) => i % 2);
      for (const who of [...order, ...everybody]) {
        const before = weightsOf(live);
        const walker = walkers[who];
        if (walker) live = walker.act(live);
        else {
          // A user puts a route of his own in front: places change under both.
          edits += 1;
          const value = { name: `own-${edits}`, match: [{ port: edits }], route: [to("v1")] };
          live = applyJsonPatch(live, [{ op: "add", path: "/spec/http/0", value }]) as KubeObject;
        }
        const other = weightsOf(live).filter((each) => walker && !each.startsWith(walker.route));
        expect(before).toEqual(expect.arrayContaining(other));
      }
      expect(walkers.every(({ isDone }) => isDone)).toBe(true);
      expect(weightsOf(live)).toEqual(expect.arrayContaining(["a 0/100", "b 0/100"]));
      expect(weightsOf(live)).toHaveLength(2 + edits);
    }),
    { numRuns: 200 },
  );
});

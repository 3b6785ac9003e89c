import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import { isRefusal } from "./route-target";
import { aRollout, aVirtualService, to } from "./testing";
import { type RouteSnapshot, snapshotRoute } from "./route-snapshot";
import { planWeights, type WeightPlan } from "./weight-patch";
import { largestRemainder } from "./weights";

const { spec } = aRollout();

function planned(
  object: KubeObject,
  percent: number,
  options: { spec?: typeof spec; snapshot?: RouteSnapshot; restore?: boolean } = {},
): WeightPlan {
  const { spec: chosen = spec, ...wanted } = options;
  const plan = planWeights(object, chosen, { percent, ...wanted });
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

const snapshotOf = (object: KubeObject, chosen = spec): RouteSnapshot => {
  const snapshot = snapshotRoute(object, chosen);
  if (isRefusal(snapshot)) throw new Error(snapshot.message);
  return snapshot;
};

describe("the patch", () => {
  test("tests the route's name, each destination and its old weight, and writes the weights", () => {
    expect(planned(aVirtualService(), 10).patch).toEqual([
      { op: "test", path: "/spec/http/0/name", value: "primary" },
      {
        op: "test",
        path: "/spec/http/0/route/0/destination",
        value: { host: "reviews", subset: "v1" },
      },
      { op: "test", path: "/spec/http/0/route/0/weight", value: 100 },
      { op: "replace", path: "/spec/http/0/route/0/weight", value: 90 },
      {
        op: "test",
        path: "/spec/http/0/route/1/destination",
        value: { host: "reviews", subset: "v2" },
      },
      { op: "test", path: "/spec/http/0/route/1/weight", value: 0 },
      { op: "replace", path: "/spec/http/0/route/1/weight", value: 10 },
    ]);
  });

  test("adds a canary that the route lacks, resting on the whole list", () => {
    const object = aVirtualService([to("v1")]);
    expect(planned(object, 10).patch).toEqual([
      { op: "test", path: "/spec/http/0/name", value: "primary" },
      { op: "test", path: "/spec/http/0/route", value: [to("v1")] },
      { op: "add", path: "/spec/http/0/route/0/weight", value: 90 },
      { op: "add", path: "/spec/http/0/route/-", value: to("v2", 10) },
    ]);
  });

  test("is empty where the share is there already", () => {
    expect(planned(aVirtualService([to("v1", 90), to("v2", 10)]), 10).patch).toEqual([]);
  });

  test("is refused by the server once somebody else changed a weight it rests on", () => {
    const plan = planned(aVirtualService(), 10);
    expect(() =>
      applyJsonPatch(aVirtualService([to("v1", 60), to("v2", 40)]), plan.patch as never),
    ).toThrow(/test/);
  });

  test("rests on the whole route where it has neither name nor match", () => {
    const unnamed = {
      ...spec,
      target: { ...spec.target, route: { type: "http" as const, index: 0 } },
    };
    const object = {
      ...aVirtualService(),
      spec: { http: [{ route: [to("v1", 100), to("v2", 0)], timeout: "2s" }] },
    };
    expect(planned(object, 10, { spec: unnamed }).patch[0]).toEqual({
      op: "test",
      path: "/spec/http/0",
      value: { route: [to("v1", 100), to("v2", 0)], timeout: "2s" },
    });
  });

  test("says so when weights do not add up to 100", () => {
    const plan = planned(aVirtualService([to("v1", 1), to("v2", 0), to("v3", 1)]), 10);
    expect(plan.after.map(({ weight }) => weight)).toEqual([45, 5, 50]);
    expect(plan.notes[0]).toContain("add up to 2");
  });

  test.each([
    ["RouteNotFound", { ...aVirtualService(), spec: { http: [] } }],
    ["NoDestinations", aVirtualService([])],
    ["StableNotFound", aVirtualService([to("v2", 100)])],
    ["DuplicateDestination", aVirtualService([to("v1", 50), to("v1", 50)])],
    ["WeightsZero", aVirtualService([to("v1", 0), to("v2", 0)])],
  ])("%s is refused", (code, object) => {
    expect(planWeights(object, spec, { percent: 10 })).toMatchObject({ code });
  });
});

/** Fields that no typed model of ours knows must survive as well. */
const anything = fc.jsonValue({ maxDepth: 2 });
const entry = (subset: string) =>
  fc.record(
    {
      destination: fc.constant({ host: "reviews", subset }),
      weight: fc.integer({ min: 0, max: 100 }),
      "x-future": anything,
      headers: fc.record({ request: anything }),
    },
    { requiredKeys: ["destination"] },
  );
const otherRoute = fc.record({
  match: fc.array(anything),
  timeout: fc.string(),
  "x-more": anything,
});

const documents: fc.Arbitrary<KubeObject> = fc
  .record({
    entries: fc.tuple(
      entry("v1"),
      fc.option(entry("v2"), { nil: undefined }),
      fc
        .array(fc.constantFrom("v3", "v4", "v5"), { maxLength: 3 })
        .chain((names) => fc.tuple(...[...new Set(names)].map(entry))),
    ),
    before: fc.array(otherRoute, { maxLength: 2 }),
    after: fc.array(otherRoute, { maxLength: 2 }),
    timeout: anything,
    metadata: anything,
    order: fc.boolean(),
  })
  .map(({ entries: [stable, canary, others], before, after, timeout, metadata, order }) => {
    const list = [stable, ...(canary ? [canary] : []), ...others];
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "reviews",
        namespace: "shop",
        annotations: { x: JSON.stringify(metadata) },
      },
      spec: {
        http: [
          ...before,
          {
            timeout,
            name: "primary",
            route: order ? list.toReversed() : list,
            retries: { attempts: 3 },
          },
          ...after,
        ],
      },
    };
  })
  .filter((object) => !isRefusal(planWeights(object, spec, { percent: 10 })));

/** The document without weights and without a canary that says nothing but where it leads. */
function withoutWeights(object: KubeObject): string {
  const copy = structuredClone(object) as unknown as {
    spec: { http: { name?: string; route?: Record<string, unknown>[] }[] };
  };
  const route = copy.spec.http.find(({ name }) => name === "primary");
  if (!route) throw new Error("no route");
  for (const destination of route.route ?? []) delete destination["weight"];
  route.route =
    route.route?.filter(
      (destination) => JSON.stringify(destination) !== JSON.stringify(to("v2")),
    ) ?? [];
  return JSON.stringify(copy);
}

const weightsIn = (object: KubeObject): number[] => {
  const { http } = object["spec"] as { http: { name: string; route: { weight?: number }[] }[] };
  const route = http.find(({ name }) => name === "primary")?.route ?? [];
  return route.length === 1 ? [100] : route.map(({ weight }) => weight ?? 0);
};

const shares = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 });
const policies = fc.constantFrom("keep" as const, "absorb" as const);

describe("properties", () => {
  test("only weights change, they add up to 100, and the plan says what comes out", () => {
    fc.assert(
      fc.property(documents, shares, policies, (original, percents, others) => {
        const chosen = { ...spec, others };
        const snapshot = snapshotOf(original, chosen);
        let live = original;
        for (const percent of percents) {
          const plan = planned(live, percent, { spec: chosen, snapshot });
          live = applyJsonPatch(live, plan.patch) as KubeObject;
          const weights = weightsIn(live);
          expect(withoutWeights(live)).toBe(withoutWeights(original));
          expect(weights.reduce((a, b) => a + b, 0)).toBe(100);
          expect(weights.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
          expect(planned(live, percent, { spec: chosen, snapshot }).patch).toEqual([]);
          if (others === "absorb") {
            expect(plan.after.find(({ role }) => role === "canary")?.weight).toBe(percent);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("to take it all back restores the document byte for byte", () => {
    fc.assert(
      fc.property(documents, shares, policies, (original, percents, others) => {
        const chosen = { ...spec, others };
        const snapshot = snapshotOf(original, chosen);
        const canary = planned(original, 1, { spec: chosen }).before.find(
          (d) => d.role === "canary",
        );
        fc.pre(!canary || canary.weight === 0);
        let live = original;
        for (const percent of percents) {
          const { patch } = planned(live, percent, { spec: chosen, snapshot });
          live = applyJsonPatch(live, patch) as KubeObject;
        }
        const { patch } = planned(live, 0, { spec: chosen, snapshot, restore: true });
        live = applyJsonPatch(live, patch) as KubeObject;
        expect(JSON.stringify(live)).toBe(JSON.stringify(original));
      }),
      { numRuns: 300 },
    );
  });

  test("largest remainder keeps the total and stays within one of the exact part", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 100 }),
        (parts, total) => {
          const sum = parts.reduce((a, b) => a + b, 0);
          const divided = largestRemainder(parts, total);
          expect(divided.reduce((a, b) => a + b, 0)).toBe(sum === 0 ? 0 : total);
          parts.forEach((part, index) => {
            if (sum > 0)
              expect(Math.abs((divided[index] ?? 0) - (part * total) / sum)).toBeLessThan(1);
          });
        },
      ),
    );
  });
});

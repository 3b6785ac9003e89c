import { describe, expect, test } from "vitest";
import type { Candidate } from "@/lib/rollout/candidates";
import { parseRollout } from "@/lib/rollout/plan";
import {
  bystanders,
  choose,
  type DraftChoices,
  draftRollout,
  PRESETS,
  presetOf,
  shapeOf,
  suggestedName,
} from "./rollout-draft";
import { boundedShare } from "./step-curve";

const CHOICES: DraftChoices = {
  others: "keep",
  judge: "threshold",
  finalise: "keep",
  testers: { by: "none", name: "", value: "", only: false },
};
const version = (subset: string | undefined, revision: string, ready = 1) => ({
  subset,
  revision,
  pods: { ready, total: 1 },
});
const route = (weights: Record<string, number>, matches = false, index = 0) => ({
  virtualService: "reviews",
  namespace: "shop",
  type: "http" as const,
  name: undefined,
  index,
  matches,
  host: "reviews",
  destinations: Object.entries(weights).map(([subset, weight]) => ({
    subset,
    host: "reviews",
    weight,
  })),
});
const reviews: Candidate = {
  namespace: "shop",
  service: "reviews",
  host: "reviews.shop.svc.cluster.local",
  versions: [
    version("v1", "v1"),
    version("v2", "v2"),
    version("v9", "v9"),
    version("v10", "v10", 0),
    version(undefined, "v11"),
  ],
  routes: [route({ v1: 100 }, true), route({ v1: 80, v2: 20 }, false, 1)],
};

describe("what is most likely meant", () => {
  const choice = choose([reviews], { service: "shop/reviews" });

  test("is the route of all requests, its main version, and the newest ready one without traffic", () => {
    expect(choice.route?.index).toBe(1);
    expect([choice.stable?.subset, choice.canary?.subset]).toEqual(["v1", "v9"]);
    expect(bystanders(choice).map(({ subset }) => subset)).toEqual(["v2"]);
    expect(suggestedName(choice)).toBe("reviews-v9");
  });

  test("gives way to what is asked for", () => {
    const asked = choose([reviews], { service: "shop/reviews", stable: "v2", canary: "v1" });
    expect([asked.stable?.subset, asked.canary?.subset]).toEqual(["v2", "v1"]);
  });

  test("is nothing where no route leads to the service", () => {
    const routeless = { ...reviews, routes: [] };
    expect(choose([routeless], { service: "shop/reviews" }).stable).toBeUndefined();
  });

  test.each(["careful", "quick"] as const)("makes a plan that is valid: %s", (name) => {
    const draft = draftRollout(choice, PRESETS[name], { ...CHOICES, name: "x" });
    expect(parseRollout(draft)).toMatchObject({
      rollout: { spec: { target: { route: { index: 1 } }, canary: { subset: "v9" } } },
    });
    expect(presetOf(PRESETS[name])).toBe(name);
  });
});

test("an empty threshold is not judged, an empty hold is named", () => {
  const choice = choose([reviews], { service: "shop/reviews" });
  const plan = { ...PRESETS.quick, success: NaN, steps: [{ weight: 10, hold: NaN }] };
  const draft = draftRollout(choice, plan, { ...CHOICES, name: "x" });
  expect(draft?.spec.analysis).not.toHaveProperty("successRate");
  expect(parseRollout(draft)).toMatchObject({ problems: [{ field: "spec.steps[0].hold" }] });
  expect(presetOf(plan)).toBeUndefined();
});

test.each([
  ["header", { headers: { "x-tester": { exact: "yes" } } }],
  ["cookie", { cookie: { name: "x-tester", value: "yes" } }],
] as const)("testers are told by a %s, and the judge by its name", (by, wanted) => {
  const choice = choose([reviews], { service: "shop/reviews" });
  const testers = { by, name: "x-tester", value: "yes", only: true };
  const more = { ...CHOICES, judge: "sequential", testers, name: "x" } as const;
  const parsed = parseRollout(draftRollout(choice, PRESETS.careful, more));
  expect(parsed).toMatchObject({
    rollout: { spec: { testers: { ...wanted, only: true }, analysis: { judge: "sequential" } } },
  });
});

test("a shape is known by its shares, whatever its holds", () => {
  expect(shapeOf([{ weight: 100, hold: 7 }])).toBe("blueGreen");
  expect(shapeOf(PRESETS.quick.steps)).toBe("list");
  expect(shapeOf([{ weight: 3, hold: 7 }])).toBeUndefined();
});

test.each([
  [1, 60, 50],
  [1, 5, 10],
  [0, -4, 1],
  [3, 200, 100],
])("a bar %i that is dragged to %i stops at %i", (index, wanted, at) => {
  expect(boundedShare(PRESETS.quick.steps, index, wanted)).toBe(at);
});

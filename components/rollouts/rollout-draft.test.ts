import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRollout } from "@/lib/rollout/plan";
import { choose } from "./choice";
import { labelsText, planForm, readLabels } from "./plan-form";
import { boundedShare, exponentialShares, holdOf, linearShares, stepsOf } from "./plan-shape";
import {
  changesOf,
  draftRollout,
  PRESETS,
  presetOf,
  suggestedSpec,
  withField,
  withPreset,
} from "./rollout-draft";
import { targetKeys, targetOf } from "./targets-field";
import { reviews } from "./testing";

const choice = choose([reviews], { service: "shop/reviews" });
const draft = (changes: Record<string, unknown> = {}) =>
  draftRollout(choice, { name: null, namespace: null, changes });
const problemsOf = (changes: Record<string, unknown>) => {
  const parsed = parseRollout(draft(changes));
  return "problems" in parsed ? parsed.problems.map(({ field }) => field) : [];
};

describe("a draft", () => {
  test("is valid as it is suggested", () => {
    expect(parseRollout(draft())).toMatchObject({
      rollout: {
        metadata: { name: "reviews-v9", namespace: "shop" },
        spec: { target: { route: { index: 1 } }, canary: { subset: "v9" } },
      },
    });
    expect(presetOf(draft().spec)).toBe("careful");
  });

  test.each(["careful", "quick"] as const)("takes a preset and keeps the rest: %s", (name) => {
    const spec = withPreset(withField(draft().spec, ["sticky"], {}), name);
    expect(presetOf(spec)).toBe(name);
    expect(spec).toHaveProperty("sticky");
    expect(problemsOf(changesOf(choice, spec))).toEqual([]);
  });

  test("of a version without a subset brings the labels of one", () => {
    const fresh = choose([reviews], { service: "shop/reviews", canary: "v11" });
    expect(suggestedSpec(fresh)).toMatchObject({
      canary: { subset: "v11", labels: { version: "v11" } },
    });
  });

  test("keeps in the URL exactly what differs from the suggestion", () => {
    const step = fc.record({ weight: fc.integer({ min: 1, max: 100 }) });
    const spec = fc.record(
      { steps: fc.array(step), hold: fc.nat(), others: fc.constant("keep"), x: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(spec, (written) => {
        expect(draft(changesOf(choice, written)).spec).toEqual(
          Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null)),
        );
      }),
    );
    expect(changesOf(choice, draft().spec)).toEqual({});
  });

  test("an empty threshold is not judged, an empty hold is named", () => {
    const spec = withField(draft().spec, ["analysis", "successRate", "min"], undefined);
    expect(spec["analysis"]).not.toHaveProperty("successRate");
    const untold = withField(spec, ["steps", 0, "hold"], null);
    expect(problemsOf(changesOf(choice, untold))).toEqual(["spec.steps[0].hold"]);
  });
});

test("a form tells each field what is wrong with it, and no other", () => {
  const spec = withField(draft().spec, ["steps", 1, "weight"], 5);
  const parsed = parseRollout({ ...draft(), spec });
  const form = planForm(spec, "problems" in parsed ? parsed.problems : [], () => undefined);
  expect(form.problem(["steps", 1, "weight"])).toContain("goes down from 10 to 5");
  expect(form.problem(["steps", 0, "weight"])).toBeUndefined();
});

test("labels are typed in one line and read back", () => {
  expect(readLabels("version=v2, app = reviews,")).toEqual({ version: "v2", app: "reviews" });
  expect(labelsText({ version: "v2", app: "reviews" })).toBe("version=v2, app=reviews");
  expect(readLabels(" , ")).toBeUndefined();
});

describe("the steps", () => {
  test("are read whichever way they are written", () => {
    expect(stepsOf({ steps: [10, { weight: 50, hold: 5 }] })).toEqual([
      { weight: 10 },
      { weight: 50, hold: 5 },
    ]);
    expect(stepsOf({ strategy: "blueGreen" })).toEqual([{ weight: 100 }]);
    const generated = stepsOf({ steps: { linear: { from: 20, by: 40 } } });
    expect(generated.map(({ weight }) => weight)).toEqual([20, 60, 100]);
    expect([holdOf({ hold: 7 }, {}), holdOf({}, { hold: 9 }), holdOf({}, {})]).toEqual([7, 9, 60]);
  });

  test("grow evenly or by a factor, and end where they should", () => {
    expect(linearShares(10, 30, 100)).toEqual([10, 40, 70, 100]);
    expect(exponentialShares(1, 3, 50)).toEqual([1, 3, 9, 27, 50]);
    expect(linearShares(10, 0, 50)).toEqual([50]);
  });

  test.each([
    [1, 60, 50],
    [1, 5, 10],
    [0, -4, 1],
    [3, 200, 100],
  ])("a bar %i that is dragged to %i stops at %i", (index, wanted, at) => {
    expect(boundedShare(PRESETS.quick.steps, index, wanted)).toBe(at);
  });
});

describe("several targets", () => {
  const [, own, edge] = reviews.routes;

  test("are written together, by their names and namespaces", () => {
    const target = targetOf([own!, edge!], "shop", reviews.host);
    expect(target).toMatchObject({
      virtualServices: [{ name: "reviews" }, { name: "edge", namespace: "front" }],
      route: { type: "http", all: true },
    });
    expect(targetKeys(target, "shop")).toEqual([
      "VirtualService shop/reviews",
      "VirtualService front/edge",
    ]);
    expect(problemsOf({ target })).toEqual([]);
  });

  test("none at all is told at its field", () => {
    expect(problemsOf({ target: targetOf([], "shop", reviews.host) })).toEqual([
      "spec.target.virtualService",
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forecast } from "./forecast";
import type { RolloutSpec } from "./plan";
import { aRollout } from "./testing";

const specOf = (more: Partial<RolloutSpec["analysis"]> = {}): RolloutSpec => {
  const { spec } = aRollout();
  return { ...spec, analysis: { ...spec.analysis, ...more } };
};

describe("the time of a step", () => {
  test("is its hold where there are requests enough", () => {
    expect(forecast(specOf(), 100).map(({ seconds }) => seconds)).toEqual([60, 60, 60, 60]);
  });

  test("is as long as it takes to get the requests of a verdict, rounded up to a check", () => {
    const [first] = forecast(specOf(), 5);
    expect(first).toMatchObject({ requestsPerSecond: 0.5, verdictAfter: 100, seconds: 100 });
  });

  test("ends in a pause where a verdict takes longer than may be waited for", () => {
    const [first, second] = forecast(specOf(), 1.4);
    expect(first).toMatchObject({ verdictAfter: 360, pauses: true });
    expect(second).toMatchObject({ pauses: false });
    expect(forecast(specOf({ minRequests: 20 }), 1.4)[0]?.pauses).toBe(false);
  });

  test("has no end without traffic, unless no data counts as passed", () => {
    expect(forecast(specOf(), 0)[0]).toMatchObject({ seconds: null, pauses: true });
    expect(forecast(specOf({ noData: "pass" }), 0)[0]).toMatchObject({ seconds: 60 });
  });

  test("of the sequential judge is that of 363 requests without failure at 1 % (rollouts.md 3.4)", () => {
    const spec = specOf({ judge: "sequential", interval: 1 });
    expect(forecast(spec, 10)[0]?.seconds).toBe(363);
    // What was seen at the first step counts at the second.
    expect(forecast(spec, 10)[1]?.seconds).toBe(60);
  });

  test("never gets shorter with less traffic", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), (rate) => {
        const slow = forecast(specOf(), rate / 2);
        return forecast(specOf(), rate).every(
          ({ seconds }, index) => (seconds ?? Infinity) <= (slow[index]?.seconds ?? Infinity),
        );
      }),
    );
  });
});

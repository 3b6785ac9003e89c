import { describe, expect, test } from "vitest";
import { run, sequential } from "./testing";

/** Scenarios D of rollouts.md section 7: S1 is S0 with the sequential judge. */
const rates = (canary: number, stable: number, totalRps = 100) => [
  { at: 0, totalRps },
  { at: 0, version: "v1", errorRate: stable },
  { at: 0, version: "v2", errorRate: canary },
];
const judged = (changes: object = {}) => sequential({ sequential: { phi: 1, ...changes } });
const s1 = (changes: object = {}, spec: object = {}) => ({ analysis: judged(changes), ...spec });

describe("D. the sequential judge", () => {
  test("25: four failures of a hundred fail at once, three do not", async () => {
    const four = await run({ spec: s1(), traffic: rates(0.04, 0, 50) });
    expect(four.wrote).toEqual(["90/10@0", "100/0@20"]);
    expect(four.checks[0]?.values["eFail"]).toBeCloseTo(196.837, 1);
    const three = await run({ spec: s1(), traffic: rates(0.03, 0, 50), until: 30 });
    expect(three.wrote).toEqual(["90/10@0"]);
    expect(three.checks[0]?.values["eFail"]).toBeCloseTo(43.18, 1);
  });

  test("26: twice the failures are found at window 18", async () => {
    const told = await run({
      spec: s1({}, { steps: [10], hold: 600 }),
      traffic: rates(0.01, 0.005),
      until: 700,
    });
    expect(told.ended).toBe("RolledBack(MetricFailed)@360");
  });

  test("27: without E_safe a healthy canary passes first at window 12", async () => {
    const told = await run({ spec: s1({ p1: false }), traffic: rates(0.005, 0.005), until: 250 });
    expect(told.wrote).toEqual(["90/10@0", "75/25@240"]);
    const safe = await run({ spec: s1(), traffic: rates(0.005, 0.005), until: 250 });
    expect(safe.writes[1]?.t).toBeLessThanOrEqual(240);
  });

  test("30: bursts of one pod weigh less", async () => {
    const burst = (errorRate: number) =>
      run({ spec: s1({ phi: 4, p0: false }), traffic: rates(errorRate, 0, 50), until: 20 });
    const four = await burst(0.04);
    expect([four.checked, four.checks[0]?.values["eFail"]]).toEqual([
      ["unknown@20"],
      expect.closeTo(2.916, 3) as number,
    ]);
    expect((await burst(0.16)).wrote).toEqual(["90/10@0", "100/0@20"]);
  });

  test("34: a step without a verdict is inconclusive", async () => {
    const told = await run({
      spec: s1({ p1: false }, { analysis: { ...judged({ p1: false }), maxStepDuration: 600 } }),
      traffic: rates(0, 0),
      until: 900,
    });
    expect(told.ended).toBe("Paused(Inconclusive)@600");
    expect(told.wrote).toEqual(["90/10@0"]);
  });

  test("an outage of both versions pauses, and blames nobody", async () => {
    const told = await run({ spec: s1(), traffic: rates(0.2, 0.2), until: 400 });
    expect(told.ended).toMatch(/^Paused\(BaselineUnhealthy\)/);
    expect(told.wrote).toEqual(["90/10@0"]);
  });

  test("33: slow requests are judged like failures", async () => {
    const slow = (p99: number) => [
      { at: 0, version: "v1", errorRate: 0, p99: 120 },
      { at: 0, version: "v2", errorRate: 0, p99 },
    ];
    const spec = { analysis: { ...judged({ slowAboveMs: 500 }) } };
    expect((await run({ spec, traffic: slow(900) })).final.phase).toBe("RolledBack");
    expect((await run({ spec, traffic: slow(120) })).final.phase).toBe("Succeeded");
  });
});

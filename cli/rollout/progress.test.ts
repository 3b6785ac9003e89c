import { describe, expect, test } from "vitest";
import { run } from "./testing";

/** Scenarios A to C of rollouts.md section 7, through the command's own code. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];
const bad = (from: number, to: number, fields: object) => [
  { at: from, version: "v2", ...fields },
  { at: to, version: "v2" },
];

describe("A. progress", () => {
  test("1: a healthy canary", async () => {
    const told = await run();
    expect(told.wrote).toEqual(WALK);
    expect(told.checked).toHaveLength(12);
    expect(told.ended).toBe("Succeeded(AllStepsPassed)@240");
    expect(told.final).toEqual({ phase: "Succeeded", weights: { v1: 0, v2: 100 } });
    expect(told.writes[0]).toEqual({
      t: 0,
      kind: "VirtualService",
      namespace: "shop",
      name: "reviews",
      weights: { v1: 90, v2: 10 },
      opId: "op-1",
      epoch: 1,
    });
  });

  test("2: cutover", async () => {
    const told = await run({ spec: { steps: [10, 40], finalise: "cutover" } });
    expect(told.wrote).toEqual(["90/10@0", "60/40@60", "0/100@120"]);
    expect(told.ended).toBe("Succeeded(Promoted)@120");
  });

  test("4: whole percents only", async () => {
    const told = await run({ spec: { steps: [1, 5, 33.3] } });
    expect(told.warnings).toEqual(["spec.steps[2].weight"]);
    expect([told.final.phase, told.writes]).toEqual(["Rejected", []]);
    expect((await run({ spec: { steps: [1, 5, 33] }, until: 1 })).wrote).toEqual(["99/1@0"]);
  });

  test("5: warm-up", async () => {
    const told = await run({ spec: { analysis: { warmUp: "30s" } } });
    expect(told.wrote.slice(1)).toEqual(["75/25@90", "50/50@180", "0/100@270"]);
    expect(told.checked.slice(0, 3)).toEqual(["pass@50", "pass@70", "pass@90"]);
  });

  test("6: down only if meant", async () => {
    expect((await run({ spec: { steps: [50, 10] } })).final.phase).toBe("Rejected");
    const told = await run({ spec: { steps: [50, 10], allowDecrease: true } });
    expect(told.wrote).toEqual(["50/50@0", "90/10@60"]);
  });

  test("7: reads that lag", async () => {
    const told = await run({ readLag: 25 });
    expect(told.wrote).toEqual(["90/10@0", "75/25@85", "50/50@170", "0/100@255"]);
    expect(told.ended).toBe("Succeeded(AllStepsPassed)@340");
  });
});

describe("B. thresholds", () => {
  test("9: the third failed check", async () => {
    const told = await run({ traffic: [{ at: 0, version: "v2", errorRate: 0.05 }] });
    expect(told.checked).toEqual(["fail@20", "fail@40", "fail@60"]);
    expect(told.wrote).toEqual(["90/10@0", "100/0@60"]);
    expect(told.ended).toBe("RolledBack(MetricFailed)@60");
  });

  test("10: one bad check in the middle", async () => {
    const told = await run({ traffic: bad(20, 40, { errorRate: 0.05 }) });
    expect(told.wrote).toEqual(WALK);
    expect(told.checked.slice(0, 3)).toEqual(["pass@20", "fail@40", "pass@60"]);
  });

  test("11: a bad check at the end of the hold", async () => {
    const told = await run({ traffic: bad(40, 60, { errorRate: 0.05 }) });
    expect(told.wrote).toEqual(["90/10@0", "75/25@80", "50/50@140", "0/100@200"]);
    expect(told.ended).toBe("Succeeded(AllStepsPassed)@260");
  });

  test.each([
    [{ p99: 500 }, "pass"],
    [{ p99: 500.1 }, "fail"],
    [{ errorRate: 0.01 }, "pass"],
    [{ errorRate: 0.0105 }, "fail"],
  ])("13: at a limit: %j is %s", async (fields, verdict) => {
    const told = await run({ traffic: [{ at: 0, version: "v2", ...fields }], until: 20 });
    expect(told.checked).toEqual([`${verdict}@20`]);
  });

  test.each([
    ["14: only failures", { errorRate: 1 }],
    ["16: a tenth does not arrive", { undelivered: 0.1 }],
  ])("%s trips at once", async (_, fields) => {
    const told = await run({ traffic: [{ at: 0, version: "v2", ...fields }] });
    expect(told.wrote).toEqual(["90/10@0", "100/0@20"]);
    expect(told.ended).toBe("RolledBack(HardTrip)@20");
  });
});

describe("C. no data", () => {
  test("18: no traffic holds, then pauses", async () => {
    const told = await run({ traffic: [{ at: 0, totalRps: 0 }] });
    expect(told.wrote).toEqual(["90/10@0"]);
    expect(new Set(told.checks.map(({ verdict }) => verdict))).toEqual(new Set(["unknown"]));
    expect(told.ended).toBe("Paused(NoData)@300");
    expect(told.final.weights).toEqual({ v1: 90, v2: 10 });
  });

  test("19: traffic comes late", async () => {
    const told = await run({
      traffic: [
        { at: 0, totalRps: 0 },
        { at: 180, totalRps: 100 },
      ],
    });
    expect(told.checked.slice(8, 10)).toEqual(["unknown@180", "pass@200"]);
    expect(told.wrote[1]).toBe("75/25@200");
    expect(told.ended).toBe("Succeeded(AllStepsPassed)@380");
  });

  test.each([
    ["pass", "Succeeded(AllStepsPassed)@240", WALK],
    ["fail", "RolledBack(MetricFailed)@60", ["90/10@0", "100/0@60"]],
  ])("20: noData=%s", async (noData, ended, wrote) => {
    const told = await run({ traffic: [{ totalRps: 0 }], spec: { analysis: { noData } } });
    expect([told.ended, told.wrote]).toEqual([ended, wrote]);
  });

  test("22: small windows are judged together", async () => {
    const told = await run({ traffic: [{ at: 0, version: "v2", rps: 1.5 }], until: 170 });
    expect(told.checked).toEqual([
      ...["unknown@20", "pass@40", "unknown@60", "pass@80"],
      ...["unknown@100", "pass@120", "unknown@140", "pass@160"],
    ]);
    expect(told.wrote).toEqual(["90/10@0", "75/25@80", "50/50@160"]);
  });

  test("24: an outage of Prometheus", async () => {
    const told = await run({ prometheus: [{ from: 30, to: 90, mode: "down" }] });
    expect(told.checked.slice(0, 5)).toEqual([
      "pass@20",
      "error@40",
      "error@60",
      "error@80",
      "pass@100",
    ]);
    expect(told.wrote[1]).toBe("75/25@100");
    const forever = await run({ prometheus: [{ from: 30, mode: "down" }] });
    expect(forever.ended).toBe("Paused(MetricsUnavailable)@120");
    expect(forever.final.weights).toEqual({ v1: 90, v2: 10 });
  });

  test.each(["stale", "empty", "nan"])("%s numbers are no numbers", async (mode) => {
    const told = await run({ prometheus: [{ from: 30, to: 90, mode }] });
    expect(told.checked.slice(0, 5)).toEqual([
      "pass@20",
      "unknown@40",
      "unknown@60",
      "unknown@80",
      "pass@100",
    ]);
    expect(told.wrote[1]).toBe("75/25@100");
    const forever = await run({ prometheus: [{ from: 30, mode }], until: 700 });
    expect(forever.final.phase).toBe("Paused");
    expect(forever.wrote).toEqual(["90/10@0"]);
  });
});

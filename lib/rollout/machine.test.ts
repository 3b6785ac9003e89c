import { describe, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { parseRollout } from "./plan";
import { aRollout, aVirtualService, simulate, to } from "./testing";

/** The canary misbehaves at those seconds. */
const canary = (behaviour: (t: number) => object) => (t: number, role: "stable" | "canary") =>
  role === "canary" ? behaviour(t) : {};

const steps = (...weights: number[]) => weights.map((weight) => ({ weight, hold: 60 }));
const phase = (story: ReturnType<typeof simulate>) => story.status.state.phase;
const endedAt = (story: ReturnType<typeof simulate>) =>
  "at" in story.status.state ? story.status.state.at / 1000 : undefined;

describe("progress", () => {
  test("1: a healthy canary walks 10-25-50-100", () => {
    const story = simulate({ until: 300 });
    expect(story.writes).toEqual(["90/10@0", "75/25@60", "50/50@120", "0/100@180"]);
    expect(story.checks).toHaveLength(12);
    expect([phase(story), endedAt(story)]).toEqual(["Succeeded", 240]);
  });

  test("2: a cutover ends with everything on the canary", () => {
    const story = simulate({
      rollout: aRollout({ steps: steps(10, 40), finalise: "cutover" }),
      until: 200,
    });
    expect(story.writes).toEqual(["90/10@0", "60/40@60", "0/100@120"]);
    expect([phase(story), endedAt(story)]).toEqual(["Succeeded", 120]);
  });

  test("4: weights are whole numbers", () => {
    const rollout = aRollout();
    const spec = { ...rollout.spec, steps: steps(1, 5, 33.3) };
    expect(parseRollout({ ...rollout, spec })).toEqual({
      problems: [{ field: "spec.steps[2].weight", message: "must be a whole number of percent" }],
    });
    expect(parseRollout({ ...rollout, spec: { ...spec, steps: steps(1, 5, 33) } })).toHaveProperty(
      "rollout",
    );
  });

  test("5: warm-up is neither judged nor held", () => {
    const story = simulate({ rollout: aRollout({ analysis: { warmUp: 30 } }), until: 400 });
    expect(story.writes).toEqual(["90/10@0", "75/25@90", "50/50@180", "0/100@270"]);
    expect(story.checks.slice(0, 3)).toEqual(["pass@50", "pass@70", "pass@90"]);
  });

  test("6: a step that goes down must say so", () => {
    const rollout = aRollout();
    const spec = { ...rollout.spec, steps: steps(50, 10) };
    expect(parseRollout({ ...rollout, spec })).toMatchObject({
      problems: [{ field: "spec.steps[1].weight" }],
    });
    const story = simulate({
      rollout: aRollout({ steps: steps(50, 10), allowDecrease: true }),
      until: 130,
    });
    expect(story.writes).toEqual(["50/50@0", "90/10@60"]);
  });

  test("7: the step's clock starts when the weights are read back", () => {
    const story = simulate({ readLag: 25, until: 400 });
    expect(story.writes).toEqual(["90/10@0", "75/25@85", "50/50@170", "0/100@255"]);
    expect(endedAt(story)).toBe(340);
  });
});

describe("thresholds", () => {
  test("9: the third failed check rolls back", () => {
    const story = simulate({ traffic: canary(() => ({ errorRate: 0.05 })), until: 100 });
    expect(story.checks).toEqual(["fail@20", "fail@40", "fail@60"]);
    expect(story.writes).toEqual(["90/10@0", "100/0@60"]);
    expect(story.status.state).toMatchObject({ phase: "RolledBack", reason: "MetricFailed" });
  });

  test("10: one bad check in the middle of a hold is only counted", () => {
    const story = simulate({
      traffic: canary((t) => (t >= 20 && t < 40 ? { errorRate: 0.05 } : {})),
      until: 300,
    });
    expect(story.writes[1]).toBe("75/25@60");
    expect(story.status.failures.total).toBe(1);
    expect(endedAt(story)).toBe(240);
  });

  test("11: a bad check at the end of a hold delays the step", () => {
    const story = simulate({
      traffic: canary((t) => (t >= 40 && t < 60 ? { errorRate: 0.05 } : {})),
      until: 300,
    });
    expect(story.writes).toEqual(["90/10@0", "75/25@80", "50/50@140", "0/100@200"]);
    expect(endedAt(story)).toBe(260);
  });

  test.each([
    [{ p99: 500 }, "pass"],
    [{ p99: 500.1 }, "fail"],
    [{ errorRate: 0.01 }, "pass"],
    [{ errorRate: 0.0105 }, "fail"],
  ])("13: exactly at a limit is within it: %j is %s", (behaviour, verdict) => {
    const story = simulate({ traffic: canary(() => behaviour), until: 20 });
    expect(story.checks).toEqual([`${verdict}@20`]);
  });

  test("14: only failures is 0 %, not no data: rolled back at the first check", () => {
    const story = simulate({ traffic: canary(() => ({ errorRate: 1 })), until: 60 });
    expect(story.writes).toEqual(["90/10@0", "100/0@20"]);
    expect(story.status.state).toMatchObject({ phase: "RolledBack", reason: "HardTrip" });
  });

  test("16: requests that never arrive trip at once", () => {
    const story = simulate({ traffic: canary(() => ({ undelivered: 0.1 })), until: 60 });
    expect(story.writes).toEqual(["90/10@0", "100/0@20"]);
  });

  test("a failure that the stable version shares does not blame the canary", () => {
    const story = simulate({ traffic: () => ({ errorRate: 0.2 }), until: 310 });
    expect(story.status.failures.total).toBe(0);
    expect(story.status.state).toMatchObject({ phase: "Paused", reason: "BaselineUnhealthy" });
  });
});

describe("no data", () => {
  test("18: no traffic holds, then pauses, and never rolls back", () => {
    const story = simulate({ totalRps: 0, until: 700 });
    expect(story.writes).toEqual(["90/10@0"]);
    expect(story.status.state).toMatchObject({ phase: "Paused", reason: "NoData", since: 300_000 });
    expect(story.status.failures.total).toBe(0);
  });

  test("19: late traffic is judged as soon as it comes", () => {
    const quiet = (t: number) => (t < 180 ? { rps: 0 } : {});
    const story = simulate({ traffic: quiet, until: 400 });
    expect(story.checks.slice(0, 10)).toEqual([
      ...[20, 40, 60, 80, 100, 120, 140, 160, 180].map((t) => `unknown@${t}`),
      "pass@200",
    ]);
    expect(story.writes[1]).toBe("75/25@200");
    expect(endedAt(story)).toBe(380);
  });

  test.each([
    ["pass", ["90/10@0", "75/25@60"]],
    ["fail", ["90/10@0", "100/0@60"]],
  ] as const)("20: the plan may call no data a %s", (noData, writes) => {
    const rollout = aRollout({ analysis: { noData } });
    expect(simulate({ rollout, totalRps: 0, until: 100 }).writes).toEqual(writes);
  });

  test("22: few requests are judged together", () => {
    const story = simulate({ traffic: canary(() => ({ rps: 1.5 })), until: 170 });
    expect(story.checks.slice(0, 4)).toEqual(["unknown@20", "pass@40", "unknown@60", "pass@80"]);
    expect(story.writes).toEqual(["90/10@0", "75/25@80", "50/50@160"]);
  });

  test("24: Prometheus may be away for a while", () => {
    const story = simulate({ prometheus: (t) => t < 30 || t >= 90, until: 110 });
    expect(story.checks.slice(0, 5)).toEqual([
      "pass@20",
      "error@40",
      "error@60",
      "error@80",
      "pass@100",
    ]);
    expect(story.writes[1]).toBe("75/25@100");
  });

  test("24: five checks without an answer pause", () => {
    const story = simulate({ prometheus: (t) => t < 30, until: 400 });
    expect(story.status.state).toMatchObject({
      phase: "Paused",
      reason: "MetricsUnavailable",
      since: 120_000,
      share: 10,
    });
  });
});

describe("commands", () => {
  test("36: a pause stops the clock", () => {
    const story = simulate({
      events: [
        { at: 30, command: "pause" },
        { at: 130, command: "resume" },
      ],
      until: 165,
    });
    expect(story.writes).toEqual(["90/10@0", "75/25@160"]);
    expect(story.checks).toEqual(["pass@20", "pass@140", "pass@160"]);
  });

  test("37: to go on without a check takes force", () => {
    const without = simulate({ events: [{ at: 10, command: "promote" }], until: 30 });
    expect(without.writes).toEqual(["90/10@0"]);
    const forced = simulate({ events: [{ at: 10, command: "promote", force: true }], until: 30 });
    expect(forced.writes).toEqual(["90/10@0", "75/25@10"]);
    expect(forced.status.ledger).toContainEqual(
      expect.objectContaining({ who: "ana", title: "Advance to 25 %", note: "forced" }),
    );
  });

  test("39: rollback takes the traffic back, abort leaves it", () => {
    const rolled = simulate({ events: [{ at: 70, command: "rollback" }], until: 100 });
    expect(rolled.writes).toEqual(["90/10@0", "75/25@60", "100/0@70"]);
    expect(rolled.status.state).toMatchObject({ phase: "RolledBack", reason: "Manual" });
    const aborted = simulate({ events: [{ at: 70, command: "abort" }], until: 200 });
    expect(aborted.writes).toEqual(["90/10@0", "75/25@60"]);
    expect(phase(aborted)).toBe("Aborted");
  });

  test.each([[["rollback", "promote"]], [["promote", "rollback"]]] as const)(
    "40: a rollback wins over what is asked for with it: %j",
    (order) => {
      const events = order.map((command) => ({ at: 70, command, force: true as const }));
      const story = simulate({ events, until: 100 });
      expect(story.writes.at(-1)).toBe("100/0@70");
      expect(phase(story)).toBe("RolledBack");
    },
  );

  test("41: the same command id is one command", () => {
    const again = { at: 70, command: "stepBack", id: "x" } as const;
    const story = simulate({ events: [again, again, again], until: 80 });
    expect(story.writes).toEqual(["90/10@0", "75/25@60", "90/10@70"]);
    expect(story.status.commandsSeen).toBe(3);
  });

  test("promote fully ends at 100", () => {
    const story = simulate({ events: [{ at: 25, command: "promoteFull" }], until: 30 });
    expect(story.writes).toEqual(["90/10@0", "0/100@25"]);
    expect(phase(story)).toBe("Succeeded");
  });

  test("retry begins anew after a rollback", () => {
    const story = simulate({
      events: [
        { at: 10, command: "rollback" },
        { at: 20, command: "retry" },
      ],
      until: 90,
    });
    expect(story.writes).toEqual(["90/10@0", "100/0@10", "90/10@20", "75/25@80"]);
  });
});

describe("edits from outside", () => {
  const http = (object: KubeObject) => (object["spec"] as { http: unknown[] }).http;
  const withHttp = (object: KubeObject, list: unknown[]) => ({
    ...object,
    spec: { ...(object["spec"] as object), http: list },
  });
  const extra = { match: [{ uri: { prefix: "/x" } }], timeout: "3s", route: [to("v1")] };

  test("46: a route that a user adds is kept as it is", () => {
    const story = simulate({
      events: [{ at: 30, edit: (live) => withHttp(live, [...http(live), extra]) }],
      until: 300,
    });
    expect(phase(story)).toBe("Succeeded");
    expect(http(story.virtualService)).toEqual([
      { name: "primary", route: [to("v1", 0), to("v2", 100)] },
      extra,
    ]);
  });

  test("47: a third version keeps its share", () => {
    const story = simulate({
      virtualService: aVirtualService([to("v1", 80), to("v2", 0), to("v3", 20)]),
      until: 300,
    });
    expect(story.writes).toEqual(["72/8/20@0", "60/20/20@60", "40/40/20@120", "0/80/20@180"]);
  });

  test("47: or gives way, when the plan says so", () => {
    const story = simulate({
      rollout: aRollout({ others: "absorb" }),
      virtualService: aVirtualService([to("v1", 80), to("v2", 0), to("v3", 20)]),
      until: 300,
    });
    expect(story.writes).toEqual(["72/10/18@0", "60/25/15@60", "40/50/10@120", "0/100/0@180"]);
  });

  test("49: weights set from outside are set again twice, then it pauses", () => {
    const revert = (t: number) => ({
      at: t,
      edit: (live: KubeObject) =>
        withHttp(live, [{ name: "primary", route: [to("v1", 100), to("v2", 0)] }]),
    });
    const story = simulate({ events: [revert(70), revert(75), revert(80)], until: 100 });
    expect(story.writes).toEqual(["90/10@0", "75/25@60", "75/25@70", "75/25@75"]);
    expect(story.status.state).toMatchObject({ phase: "Paused", reason: "Contended" });
    expect(http(story.virtualService)).toEqual([
      { name: "primary", route: [to("v1", 100), to("v2", 0)] },
    ]);
  });

  test("53: a route that moved is found by its name; one that is gone pauses", () => {
    const moved = simulate({
      events: [{ at: 30, edit: (live) => withHttp(live, [extra, extra, ...http(live)]) }],
      until: 300,
    });
    expect(phase(moved)).toBe("Succeeded");
    expect(http(moved.virtualService)[2]).toEqual({
      name: "primary",
      route: [to("v1", 0), to("v2", 100)],
    });
    const gone = simulate({
      events: [{ at: 30, edit: (live) => withHttp(live, [extra]) }],
      until: 60,
    });
    expect(gone.status.state).toMatchObject({ phase: "Paused", reason: "TargetMissing" });
  });
});

describe("capacity", () => {
  test("75: nothing is sent to a stable version without pods", () => {
    const story = simulate({
      traffic: canary(() => ({ errorRate: 1 })),
      ready: (t) => ({ stable: t < 100 ? 0 : 4, canary: 4 }),
      until: 150,
    });
    expect(story.writes).toEqual(["90/10@0", "100/0@100"]);
  });

  test("76: a canary without pods loses its traffic", () => {
    const story = simulate({ ready: (t) => ({ stable: 4, canary: t < 30 ? 4 : 0 }), until: 60 });
    expect(story.writes).toEqual(["90/10@0", "100/0@30"]);
  });
});

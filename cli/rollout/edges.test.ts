import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readSimulation } from "./simulation-file";
import { aRollout, objects, run } from "./testing";

/** What a plan may be written like, and what meets at one moment or in a pause. */
describe("a plan in other words", () => {
  test("limits as numbers, the route by its name, the judge's fields beside the steps", async () => {
    const told = await run({
      spec: {
        target: { virtualService: "reviews", route: "primary", host: "reviews" },
        failureLimit: 1,
        analysis: { successRate: 99, p99: "500ms" },
      },
      traffic: [{ version: "v2", p99: 501 }],
      until: 20,
    });
    expect(told.wrote).toEqual(["90/10@0", "100/0@20"]);
  });

  test("what is written both ways is refused", async () => {
    const told = await run({ spec: { noData: "pass", analysis: { noData: "fail" } }, until: 0 });
    expect(told.warnings).toEqual(["spec.noData"]);
  });

  test("the sequential judge's numbers, beside the judge or within", async () => {
    const traffic = [
      { version: "v1", rps: 45, errorRate: 0 },
      { version: "v2", rps: 5, errorRate: 0.04 },
    ];
    const limits = { successRate: undefined, p99: undefined, judge: "sequential" };
    const usual = await run({ spec: { analysis: { ...limits, phi: 1 } }, traffic, until: 20 });
    expect(usual.checked).toEqual(["fail@20"]);
    // E_fail is 196.8 (V1), E_abs 6.1: halves of 0.01 need 200.
    const alpha = { relative: 0.005, absolute: 0.005 };
    const halves = await run({ spec: { analysis: { ...limits, alpha } }, traffic, until: 20 });
    expect(halves.checked).toEqual(["unknown@20"]);
    const absolute = await run({
      spec: { analysis: { ...limits, alpha: { relative: 0.005, absolute: 0.2 } } },
      traffic,
      until: 20,
    });
    expect(absolute.checked).toEqual(["fail@20"]);
  });

  test("a host that nobody knows is what is wrong, not the route", async () => {
    const target = { virtualService: "reviews", route: "primary", host: "nobody" };
    const told = await run({ spec: { target }, until: 0 });
    expect(told.ended).toBe("Rejected(HostNotFound)@0");
  });
});

describe("a canary without a ready pod", () => {
  const gone = (at: number) => ({ at, podsReady: { version: "v2", ready: 0 } });

  test("loses its traffic in a pause, too", async () => {
    const told = await run({ events: [{ at: 30, command: "pause" }, gone(40)], until: 50 });
    expect(told.wrote).toEqual(["90/10@0", "100/0@40"]);
    expect(told.ended).toBe("RolledBack(CanaryUnready)@40");
  });

  test("gets no more at the end of a hold", async () => {
    const told = await run({ events: [gone(60)], until: 70 });
    expect(told.checked).toEqual(["pass@20", "pass@40", "pass@60"]);
    expect(told.wrote).toEqual(["90/10@0", "100/0@60"]);
  });

  test("is left to whoever fights for the weights", async () => {
    const revert = (at: number) => ({
      at,
      patch: {
        kind: "VirtualService",
        name: "reviews",
        json: [
          { op: "replace", path: "/spec/http/0/route/0/weight", value: 95 },
          { op: "replace", path: "/spec/http/0/route/1/weight", value: 5 },
        ],
      },
    });
    const told = await run({ events: [revert(10), revert(15), revert(25), gone(30)], until: 40 });
    expect([told.ended, told.final.weights]).toEqual(["Paused(Contended)@25", { v1: 95, v2: 5 }]);
  });
});

test("a revert at the end of a hold is overwritten once, by the next step", async () => {
  const json = [
    { op: "replace", path: "/spec/http/0/route/0/weight", value: 100 },
    { op: "replace", path: "/spec/http/0/route/1/weight", value: 0 },
  ];
  const events = [{ at: 60, patch: { kind: "VirtualService", name: "reviews", json } }];
  expect((await run({ events, until: 61 })).wrote).toEqual(["90/10@0", "75/25@60"]);
});

test("a DestinationRule that is deleted pauses: neither way leads anywhere", async () => {
  const events = [{ at: 30, delete: { kind: "DestinationRule", name: "reviews" } }];
  const told = await run({ events, until: 70 });
  expect(told.ended).toBe("Paused(TargetMissing)@30");
  expect(told.wrote).toEqual(["90/10@0"]);
});

test("a check that nobody made before a pause is not made up for after it", async () => {
  const told = await run({
    replicas: 2,
    events: [
      { at: 30, kill: "leader" },
      { at: 35, command: "pause" },
      { at: 100, command: "resume" },
    ],
    until: 116,
  });
  // Paused after 45 s of the hold, by who leads next: 15 s are left, with the check at their end.
  expect(told.checked).toEqual(["pass@20", "pass@115"]);
  expect(told.wrote).toEqual(["90/10@0", "75/25@115"]);
});

test.each([
  [{ prometheus: [{ from: 50, to: 5, mode: "down" }] }, "prometheus[0].to must be after from"],
  [{ prometheus: [{ from: 1, mode: "slow" }] }, "mode must be one of down, stale, empty, nan"],
  [{ replicas: 0 }, "replicas must be at least 1"],
  [{ traffic: [{ at: 0, errorRate: 5 }] }, "traffic[0].errorRate must be at most 1"],
  [{ until: "x" }, "until must be a number"],
  [{ events: [{ at: 5, commandd: "pause" }] }, "events[0] is none of the events"],
])("a file that says %j is refused with the field", (fields, said) => {
  const text = stringify({ rollout: aRollout(), objects: objects(), ...fields });
  expect(() => readSimulation({ file: "test.yaml", text })).toThrow(said);
});

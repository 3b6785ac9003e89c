import { describe, expect, test } from "vitest";
import { aDeployment, aDestinationRule, aVirtualService, objects, run } from "./testing";

/** Scenarios H and I of rollouts.md section 7, through the command's own code. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];

describe("H. processes", () => {
  test.each([1, 2, 5])("65: the leader of %i is killed", async (replicas) => {
    const told = await run({ replicas, events: [{ at: 70, kill: "leader" }] });
    expect(told.wrote).toEqual(WALK);
    expect(told.writes[2]?.epoch).toBeGreaterThan(told.writes[1]?.epoch ?? 0);
  });

  test("68: restarts do not speed it up", async () => {
    const restarts = Array.from({ length: 24 }, (_, i) => ({ at: 5 * i + 5, restart: "leader" }));
    const told = await run({ events: restarts });
    const at = (second: number) =>
      told.writes.filter(({ t }) => t <= second).at(-1)?.weights["v2"] ?? 0;
    for (let t = 0; t < 60; t += 1) expect(at(t)).toBeLessThanOrEqual(10);
    for (let t = 60; t < 120; t += 1) expect(at(t)).toBeLessThanOrEqual(25);
    expect(told.final.phase).toBe("Succeeded");
  });

  test("a leader that stands still loses its place, and writes nothing when it wakes", async () => {
    const told = await run({
      replicas: 2,
      events: [{ at: 100, freeze: "leader", for: 90 }],
    });
    expect(told.wrote).toEqual(WALK);
  });

  test("one that stands still alone goes on later, never faster", async () => {
    const told = await run({ events: [{ at: 30, freeze: "leader", for: 100 }], until: 500 });
    expect(told.writes.map(({ weights }) => weights["v2"])).toEqual([10, 25, 50, 100]);
    const times = told.writes.map(({ t }) => t);
    expect(times[1]).toBeGreaterThanOrEqual(130);
    times.slice(1).forEach((t, i) => expect(t - (times[i] ?? 0)).toBeGreaterThanOrEqual(60));
  });

  test("49: weights that were changed while nobody led are set again, and that time does not count", async () => {
    const json = [75, 25].map((_, i) => ({
      op: "replace",
      path: `/spec/http/0/route/${i}/weight`,
      value: i === 0 ? 100 : 0,
    }));
    const events = [
      { at: 61, kill: "leader" },
      { at: 65, patch: { kind: "VirtualService", name: "reviews", json } },
    ];
    const told = await run({ replicas: 2, events, until: 140 });
    expect(told.writes.map(({ weights }) => weights["v2"])).toEqual([10, 25, 25, 50]);
    // 5 of the 60 s had passed when they were changed.
    const again = told.writes[2]?.t ?? 0;
    const next = told.writes[3]?.t ?? 0;
    expect(again).toBeGreaterThan(70);
    expect(next - again).toBeGreaterThanOrEqual(55);
    expect(next - again).toBeLessThanOrEqual(60);
  });

  test("72: without the API server nothing changes, and no time is skipped", async () => {
    const told = await run({ apiServer: [{ from: 70, to: 130 }] });
    expect(told.writes.map(({ weights }) => weights["v2"])).toEqual([10, 25, 50, 100]);
    expect(told.writes[2]?.t).toBeGreaterThanOrEqual(130);
    expect(told.writes[2]?.t).toBeLessThanOrEqual(150);
  });
});

describe("I. capacity", () => {
  test("75: nothing goes to a stable version without pods", async () => {
    const told = await run({
      traffic: [{ at: 0, version: "v2", errorRate: 1 }],
      events: [{ at: 10, podsReady: { version: "v1", ready: 0 } }],
    });
    expect(told.wrote).toEqual(["90/10@0"]);
    expect(told.ended).toBe("Degraded(StableUnready)@20");
  });

  test("76: a canary without pods loses its traffic; one that never had any gets none", async () => {
    const gone = await run({ events: [{ at: 30, podsReady: { version: "v2", ready: 0 } }] });
    expect(gone.wrote).toEqual(["90/10@0", "100/0@30"]);
    const never = await run({
      objects: [...objects().slice(0, 4), aDeployment("v2", 0)],
    });
    expect([never.wrote, never.ended]).toEqual([[], "Rejected(NoReadyEndpoints)@0"]);
  });

  test("59: a subset that nobody defines is refused", async () => {
    const told = await run({ spec: { canary: { subset: "v9" } } });
    expect([told.wrote, told.ended]).toEqual([[], "Rejected(SubsetNotFound)@0"]);
  });

  test("a file may leave out what is usual", async () => {
    const told = await run({ objects: [aVirtualService(), aDestinationRule("v1", "v2")] });
    expect(told.wrote).toEqual(WALK);
  });
});

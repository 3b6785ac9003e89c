import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { simulate } from "./simulate";
import { readSimulation } from "./simulation-file";
import { aRollout, aVirtualService, objects, run, sequential, to } from "./testing";

/** What somebody would ask who doubts it: things that meet at one moment, and odd turns. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];
const edit = (at: number, ...json: unknown[]) => ({
  at,
  patch: { kind: "VirtualService", name: "reviews", json },
});
const set = (at: number, stable: number, canary: number) =>
  edit(
    at,
    { op: "replace", path: "/spec/http/0/route/0/weight", value: stable },
    { op: "replace", path: "/spec/http/0/route/1/weight", value: canary },
  );
const bad = { version: "v2", errorRate: 0.05 };

describe("commands", () => {
  test.each([
    ["a pause at the end of a hold keeps the step", [[20, "pause"]], 25, ["90/10@0"]],
    [
      "resumed, nothing is left of it",
      [
        [20, "pause"],
        [30, "resume"],
      ],
      32,
      ["90/10@0", "75/25@30"],
    ],
    [
      "a rollback beats a resume of the same moment",
      [
        [5, "pause"],
        [10, "resume"],
        [10, "rollback"],
      ],
      12,
      ["90/10@0", "100/0@10"],
    ],
    ["the first step has none before it", [[10, "stepBack"]], 22, ["90/10@0", "75/25@20"]],
    [
      "what has succeeded is not tried again",
      [[85, "retry"]],
      90,
      ["90/10@0", "75/25@20", "50/50@40", "0/100@60"],
    ],
  ] as const)("%s", async (_, commands, until, wrote) => {
    const events = commands.map(([at, command]) => ({ at, command }));
    expect((await run({ spec: { hold: 20 }, events, until })).wrote).toEqual(wrote);
  });

  test("a retry begins anew, and forgets what failed", async () => {
    const told = await run({
      traffic: [
        { ...bad, errorRate: 0.5 },
        { at: 30, version: "v2" },
      ],
      spec: { hold: 20 },
      events: [{ at: 40, command: "retry", reason: "a bad deploy of the database" }],
      until: 62,
    });
    expect(told.wrote).toEqual(["90/10@0", "100/0@20", "90/10@40", "75/25@60"]);
    expect(told.ledger).toContainEqual(
      expect.objectContaining({ note: "a bad deploy of the database" }),
    );
  });

  test("abort takes everything back where that is said", async () => {
    const told = await run({ events: [{ at: 10, command: "abort", mode: "rollback" }], until: 12 });
    expect(told.ended).toBe("RolledBack(Manual)@10");
  });

  test("those that were given are neither taken away nor changed", async () => {
    const patch = (at: number, json: object) => ({
      at,
      patch: { kind: "CanaryRollout", name: "reviews-v2", json: [json] },
    });
    const told = await run({
      events: [
        { at: 10, command: "pause", id: "p" },
        patch(20, { op: "remove", path: "/spec/commands/0" }),
        patch(21, { op: "replace", path: "/spec/commands/0/type", value: "rollback" }),
        // One that is put before the others counts like any other.
        patch(30, { op: "add", path: "/spec/commands/0", value: { id: "r", type: "resume" } }),
      ],
      until: 85,
    });
    expect(told.warnings).toHaveLength(2);
    expect(told.warnings[0]).toContain("never taken away");
    expect(told.wrote).toEqual(["90/10@0", "75/25@80"]);
  });
});

describe("checks", () => {
  test("failures of all steps count together", async () => {
    const traffic = [
      { at: 0, ...bad },
      { at: 40, version: "v2" },
      { at: 60, ...bad },
    ];
    const spec = { hold: 20 };
    expect((await run({ spec, traffic, until: 85 })).ended).toBe("RolledBack(MetricFailed)@80");
  });

  test("an outage of Prometheus at the end of a hold waits for the next check", async () => {
    const told = await run({ prometheus: [{ from: 60, to: 61, mode: "down" }], until: 85 });
    expect([told.checked, told.wrote]).toEqual([
      ["pass@20", "pass@40", "error@60", "pass@80"],
      ["90/10@0", "75/25@80"],
    ]);
  });

  test("traffic that stops in the middle holds, then pauses", async () => {
    const traffic = [{ totalRps: 100 }, { at: 20, totalRps: 0 }];
    const spec = { hold: 20, analysis: { noDataTimeout: 60 } };
    const told = await run({ spec, traffic, until: 85 });
    expect([told.wrote, told.ended]).toEqual([["90/10@0", "75/25@20"], "Paused(NoData)@80"]);
  });

  test("a limit that both versions break blames nobody", async () => {
    const spec = { analysis: { noDataTimeout: 60 } };
    const told = await run({ spec, traffic: [bad, { ...bad, version: "v1" }], until: 65 });
    expect(told.ended).toBe("Paused(BaselineUnhealthy)@60");
  });
});

describe("routes", () => {
  test("that are named twice, or lost their canary", async () => {
    const twice = { name: "primary", match: [{ uri: { prefix: "/z" } }], route: [to("v1")] };
    const doubled = await run({
      events: [edit(30, { op: "add", path: "/spec/http/-", value: twice })],
      until: 40,
    });
    expect(doubled.ended).toBe("Paused(TargetMissing)@30");
    const value = [to("v1", 100)];
    const lost = await run({
      events: [edit(30, { op: "replace", path: "/spec/http/0/route", value })],
      until: 65,
    });
    expect(lost.wrote).toEqual(["90/10@0", "90/10@30", "75/25@60"]);
  });

  test("with weights of the next step set early are put back, not gone on with", async () => {
    const told = await run({ events: [set(30, 75, 25)], until: 65 });
    expect(told.wrote).toEqual(["90/10@0", "90/10@30", "75/25@60"]);
  });

  test("a third destination that comes midway keeps its share, and the rollback too", async () => {
    const value = [to("v1", 70), to("v2", 10), to("v3", 20)];
    const told = await run({
      events: [
        edit(30, { op: "replace", path: "/spec/http/0/route", value }),
        { at: 70, command: "rollback" },
      ],
      until: 75,
    });
    expect(told.wrote).toEqual(["90/10@0", "72/8/20@30", "60/20/20@60", "80/0/20@70"]);
  });

  test("of what is gone nothing is taken back, of the others all", async () => {
    const edge = { ...aVirtualService(), metadata: { name: "edge", namespace: "shop" } };
    const told = await run({
      spec: { target: { virtualServices: ["reviews", "edge"], host: "reviews" } },
      objects: [
        ...objects(),
        { ...edge, spec: { ...(aVirtualService()["spec"] as object), hosts: ["e.test"] } },
      ],
      events: [
        { at: 70, delete: { kind: "VirtualService", name: "edge" } },
        { at: 80, command: "rollback" },
      ],
      until: 90,
    });
    expect([told.final, told.ended]).toEqual([
      { phase: "RolledBack", weights: { v1: 100, v2: 0 } },
      "RolledBack(Manual)@80",
    ]);
  });
});

describe("processes", () => {
  test("restarts in order repeat no check", async () => {
    const told = await run({ replicas: 2, events: [{ at: 50, restart: "all" }], until: 65 });
    expect([told.checked, told.wrote]).toEqual([
      ["pass@20", "pass@40", "pass@60"],
      WALK.slice(0, 2),
    ]);
  });

  test("a kill at the moment of a write delays it", async () => {
    const told = await run({ replicas: 2, events: [{ at: 60, kill: "leader" }], until: 140 });
    expect(told.wrote).toEqual(["90/10@0", "75/25@75", "50/50@135"]);
  });

  test.each([
    ["one object", {}],
    ["two objects", { target: { virtualServices: ["reviews", "edge"], host: "reviews" } }],
  ])("each step of %s is one write of the status", async (_, spec) => {
    let before = 0;
    const seen: number[] = [];
    const edge = { ...aVirtualService(), metadata: { name: "edge", namespace: "shop" } };
    const rollout = aRollout({ ...spec, hold: 20 });
    const text = stringify({ rollout, objects: [...objects(), edge], until: 60 });
    await simulate(readSimulation({ file: "test.yaml", text }), (second, { requests }) => {
      if (second % 20 === 10) seen.push(requests.status - before);
      if (second % 20 === 10) before = requests.status;
    });
    // The first holds what the start needs.
    expect(seen.slice(1)).toEqual([1, 1]);
  });
});

describe("before the start", () => {
  test("82: what a plan would notice, and when", async () => {
    const told = await run({
      spec: { analysis: sequential() },
      traffic: [{ totalRps: 20 }, { version: "v1", errorRate: 0.005 }],
      dryRun: true,
      until: 0,
    });
    const { smallest } = told.preview as { smallest: { ratio: number; seconds: number } };
    expect(smallest.ratio).toBe(5);
    expect(smallest.seconds).toBeGreaterThan(60);
  });

  test("83: over a day of an equal canary the judge rolls back no more than its alpha", async () => {
    const spec = { analysis: sequential() };
    const traffic = [{ version: "v1", errorRate: 0.005 }];
    const told = await run({ spec, traffic, backtest: { hours: 24 }, until: 0 });
    const { runs, share } = told.backtest as { runs: number; share: number };
    expect(runs).toBeGreaterThan(500);
    expect(share).toBeLessThanOrEqual(0.01);
  });
});

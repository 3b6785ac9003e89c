import { describe, expect, test } from "vitest";
import { aRollout, aVirtualService, objects, run, sequential, to, writeText } from "./testing";

/** Further scenarios of rollouts.md section 7, through the command's own code. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];

test("29: equal in each step, whatever the pooled rates say", async () => {
  const told = await run({
    spec: {
      steps: [10, 50],
      analysis: sequential({ sequential: { phi: 1, p0: false, p1: false } }),
    },
    traffic: [
      { at: 0, totalRps: 500 },
      { at: 0, version: "v1", errorRate: 0.05 },
      { at: 0, version: "v2", errorRate: 0.05 },
      { at: 60, version: "v1", errorRate: 0.005 },
      { at: 60, version: "v2", errorRate: 0.005 },
    ],
    until: 130,
  });
  expect(told.wrote).toEqual(["90/10@0", "50/50@60"]);
  expect(told.ended).toBe("Succeeded(AllStepsPassed)@120");
  expect(told.checked).not.toContain("fail@80");
});

describe("67: a process that dies between two requests", () => {
  test.each(["intent", "dryRun", "write", "readBack"])(
    "after the %s: the step is written once, and none too early",
    async (when) => {
      const told = await run({ events: [{ at: 59, kill: "leader", when }], until: 500 });
      expect(told.final.phase).toBe("Succeeded");
      expect(told.writes.map(({ weights }) => weights["v2"])).toEqual([10, 25, 50, 100]);
      const times = told.writes.map(({ t }) => t);
      times.slice(1).forEach((t, i) => expect(t - (times[i] ?? 0)).toBeGreaterThanOrEqual(60));
    },
  );
});

test.each([0, 1, 2, 3])(
  "67: of two objects one was written, or both, when the process died (%i kills)",
  async (kills) => {
    const edge = { ...aVirtualService(), metadata: { name: "edge", namespace: "shop" } };
    // Each process dies after its first write to traffic.
    const events = Array.from({ length: kills }, (_, i) => ({
      at: 19 + i,
      kill: "leader",
      when: "write",
    }));
    const told = await run({
      spec: {
        target: { virtualServices: ["reviews", "edge"], host: "reviews" },
        steps: [10, 50],
        hold: 20,
      },
      objects: [...objects(), edge],
      events,
      until: 120,
    });
    expect(told.final.phase).toBe("Succeeded");
    for (const name of ["reviews", "edge"]) {
      const own = told.writes.filter((write) => write.name === name);
      expect(own.map(({ weights }) => weights["v2"])).toEqual([10, 50]);
    }
    expect(told.ledger.map(({ title }) => title).join()).not.toContain("changed from outside");
  },
);

test("70: what is killed again and again writes each step once", async () => {
  const events = Array.from({ length: 60 }, (_, i) => ({
    at: 7 + i * 9,
    kill: i % 3 === 0 ? "leader" : i % 5,
    ...(i % 3 === 0 ? { when: ["intent", "dryRun", "write", "readBack"][i % 4] } : {}),
  }));
  const told = await run({ replicas: 5, events, until: 900 });
  expect(told.final.phase).toBe("Succeeded");
  expect(told.writes.map(({ weights }) => weights["v2"])).toEqual([10, 25, 50, 100]);
});

test("73: a clock that jumps makes nothing go faster", async () => {
  const told = await run({ replicas: 2, events: [{ at: 70, clock: "leader", jump: 3600 }] });
  const times = told.writes.map(({ t }) => t);
  [0, 60, 120, 180].forEach((least, i) =>
    expect(times[i] ?? Infinity).toBeGreaterThanOrEqual(least),
  );
  expect(told.final.phase).not.toBe("RolledBack");
});

describe("78: the rollout is deleted", () => {
  const own = { match: [{ uri: { prefix: "/x" } }], route: [to("v1")] };

  test("its traffic and its routes are taken back, edits of others stay", async () => {
    const json = [{ op: "add", path: "/spec/http/-", value: own }];
    const told = await run({
      spec: { testers: { headers: { "x-canary": { exact: "beta" } } } },
      events: [
        { at: 30, patch: { kind: "VirtualService", name: "reviews", json } },
        { at: 70, delete: { kind: "CanaryRollout", name: "reviews-v2" } },
      ],
      until: 90,
    });
    expect(told.wrote.at(-1)).toBe("100/0@70");
    expect(told.ended).toMatch(/^RolledBack\((Deleted|Manual)\)@70/);
    expect(told.objects["VirtualService reviews"]).toMatchObject({
      spec: { http: [{ name: "primary", route: [to("v1", 100), to("v2", 0)] }, own] },
    });
  });
});

test.each([
  ["deleted", { delete: { kind: "VirtualService", name: "reviews" } }],
  [
    "removed as a whole",
    {
      patch: { kind: "VirtualService", name: "reviews", json: [{ op: "remove", path: "" }] },
    },
  ],
])("79: a target that is %s pauses, and is not made again", async (_, event) => {
  const told = await run({ events: [{ at: 30, ...event }], until: 100 });
  expect([told.wrote, told.ended]).toEqual([["90/10@0"], "Paused(TargetMissing)@30"]);
  expect(told.objects["VirtualService reviews"]).toBeUndefined();
});

test("82: a dry run shows every patch and stores nothing", async () => {
  const told = await run({ dryRun: true, until: 10 });
  expect(told.writes).toEqual([]);
  expect(told.final.weights).toEqual({ v1: 100, v2: 0 });
  const { steps, startable } = told.preview as { steps: { patches: object[] }[]; startable: true };
  expect([startable, steps.map(({ patches }) => patches.length)]).toEqual([true, [1, 1, 1, 1]]);
  expect(told.objects["VirtualService reviews"]).toMatchObject({ metadata: { generation: 1 } });
});

describe("84: a train", () => {
  const other = {
    name: "other",
    match: [{ uri: { prefix: "/o" } }],
    route: [to("v1"), to("v2", 0)],
  };
  const file = {
    objects: objects({
      ...aVirtualService(),
      spec: {
        hosts: ["reviews"],
        http: [
          { ...other, route: [to("v1", 100), to("v3", 0)] },
          { name: "primary", route: [to("v1", 100), to("v2", 0)] },
        ],
      },
    }).map((object) =>
      object["kind"] === "DestinationRule"
        ? {
            ...object,
            spec: {
              host: "reviews",
              subsets: ["v1", "v2", "v3"].map((name) => ({ name, labels: { version: name } })),
            },
          }
        : object,
    ),
  };
  const pod = {
    kind: "Pod",
    metadata: { name: "reviews-v3", namespace: "shop", labels: { app: "reviews", version: "v3" } },
  };
  const second = (changes: object = {}) =>
    aRollout(
      {
        target: { virtualService: "reviews", route: { name: "other" }, host: "reviews" },
        canary: { subset: "v3" },
        train: { name: "april" },
        ...changes,
      },
      "second",
    );
  const third = aRollout(
    {
      target: { virtualService: "reviews", route: { name: "other" }, host: "reviews" },
      canary: { subset: "v3" },
      train: { name: "april", after: ["reviews-v2", "second"] },
    },
    "third",
  );

  test("goes on together, and back together; who comes after stays a draft", async () => {
    const told = await run({
      ...file,
      objects: [...file.objects, pod],
      spec: { train: { name: "april" } },
      rollouts: [second()],
      traffic: [{ at: 60, version: "v3", errorRate: 0.05 }],
      until: 140,
    });
    const [first, other2] = told.stories;
    expect(first?.writes.map(writeText).slice(0, 2)).toEqual(WALK.slice(0, 2));
    expect(other2?.final.phase).toBe("RolledBack");
    expect(first?.final.phase).toBe("RolledBack");
    expect(first?.phases.at(-1)?.reason).toBe("Train");
    const last = told.stories.map(({ writes }) => writes.at(-1)?.t ?? 0);
    expect(Math.abs((last[0] ?? 0) - (last[1] ?? 0))).toBeLessThanOrEqual(10);
  });

  test("nobody is a step ahead", async () => {
    const told = await run({
      ...file,
      objects: [...file.objects, pod],
      spec: { train: { name: "april" } },
      rollouts: [second({ hold: 100 })],
      until: 120,
    });
    expect(told.stories.map(({ writes }) => writes.map(({ t }) => t))).toEqual([
      [0, 100],
      [0, 100],
    ]);
  });

  test("a draft waits", async () => {
    const told = await run({
      ...file,
      objects: [...file.objects, pod],
      spec: { train: { name: "april" } },
      rollouts: [third],
      until: 30,
    });
    expect(told.stories[1]?.phases.at(-1)).toMatchObject({ phase: "Draft", reason: "Train" });
    expect(told.stories[1]?.writes).toEqual([]);
  });
});

test("85: each failed check is told with its query, counts, value and limit, the rollback with weights", async () => {
  const told = await run({ traffic: [{ at: 0, version: "v2", errorRate: 0.05 }], until: 80 });
  const failed = told.ledger.filter(({ title }) => title.startsWith("Check failed"));
  expect(failed.map(({ t }) => t)).toEqual([20, 40, 60]);
  for (const { evidence } of failed) {
    expect(evidence?.queries["requests"]).toContain("istio_requests_total");
    expect(evidence?.values["successRate"]).toBeCloseTo(95, 1);
    expect(evidence?.values["requests"]).toBeCloseTo(200, -1);
    expect(evidence?.limits).toEqual({ successRate: 99, p99: 500 });
  }
  const rolled = told.ledger.filter(({ title }) => title === "Rolled back");
  expect(rolled).toHaveLength(1);
  expect(rolled[0]?.before?.map(({ weight }) => weight)).toEqual([90, 10]);
  expect(rolled[0]?.after?.map(({ weight }) => weight)).toEqual([100, 0]);
});

test("ids of commands do not depend on what was simulated before", async () => {
  const file = { events: [{ at: 30, command: "pause" }], until: 40 };
  const [first, second] = [await run(file), await run(file)];
  expect(JSON.stringify(second.stories)).toBe(JSON.stringify(first.stories));
});

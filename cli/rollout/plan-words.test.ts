import { describe, expect, test } from "vitest";
import { aVirtualService, objects, run, to } from "./testing";

/** Words that a plan may say, and what follows from them, through the command's own code. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];

describe("steps", () => {
  test("pauses among them are holds, and waits for somebody", async () => {
    const steps = [
      { setWeight: 10 },
      { pause: { duration: "20s" } },
      { setWeight: 40 },
      { pause: {} },
      { setWeight: 80 },
      { pause: {} },
    ];
    const events = [60, 90].map((at) => ({ at, command: "approve" }));
    const told = await run({ spec: { steps, hold: 20 }, events, until: 92 });
    expect(told.wrote).toEqual(["90/10@0", "60/40@20", "20/80@60"]);
    expect(told.ended).toBe("Succeeded(AllStepsPassed)@90");
  });

  test("a weight and its limit make a list", async () => {
    const spec = { steps: undefined, stepWeight: 30, maxWeight: 50, hold: 20 };
    const told = await run({ spec, until: 45 });
    expect([told.wrote, told.final.phase]).toEqual([["70/30@0", "50/50@20"], "Succeeded"]);
  });

  test("an exotic step is refused at its place", async () => {
    const told = await run({
      spec: { steps: [10, { setCanaryScale: { replicas: 2 } }] },
      until: 0,
    });
    expect(told.warnings).toContain("spec.steps[1].setCanaryScale");
  });
});

describe("suspend", () => {
  const patched = (at: number, value: boolean) => ({
    at,
    patch: {
      kind: "CanaryRollout",
      name: "reviews-v2",
      json: [{ op: "replace", path: "/spec/suspend", value }],
    },
  });

  test("stops the clock while it is set, whatever people ask for", async () => {
    const events = [patched(10, true), { at: 15, command: "resume" }, patched(40, false)];
    const told = await run({ spec: { hold: 20 }, events, until: 52 });
    expect(told.wrote).toEqual(["90/10@0", "75/25@50"]);
  });

  test("keeps a rollout from its start, but none from going back", async () => {
    const told = await run({ spec: { suspend: true }, events: [patched(10, false)], until: 12 });
    expect(told.wrote).toEqual(["90/10@10"]);
    const events = [patched(5, true), { at: 10, command: "rollback" }];
    expect((await run({ events, until: 12 })).wrote).toEqual(["90/10@0", "100/0@10"]);
  });
});

test("commands are entries of the rollout, too; its plan stays as it was started", async () => {
  const patch = (at: number, json: object) => ({
    at,
    patch: { kind: "CanaryRollout", name: "reviews-v2", json: [json] },
  });
  const command = (type: string) => ({
    op: "add",
    path: "/spec/commands/-",
    value: { id: type, type, by: "alice" },
  });
  const events = [
    patch(10, { op: "replace", path: "/spec/steps/1/weight", value: 40 }),
    patch(30, command("pause")),
    patch(50, command("resume")),
  ];
  const told = await run({ events, until: 85 });
  expect(told.wrote).toEqual(["90/10@0", "75/25@80"]);
  // What is edited of it counts for nothing, and that is said once.
  const said = told.ledger.filter(({ title }) => title.startsWith("The plan was edited"));
  expect(said.map(({ t, note }) => [t, note?.split(";")[0]])).toEqual([
    [10, "spec.steps[1].weight"],
  ]);
});

describe("the end", () => {
  const spec = (finalise: string) => ({ spec: { steps: [50], hold: 20, finalise }, until: 25 });
  const deployment = (told: { objects: Readonly<Record<string, unknown>> }, name: string) =>
    told.objects[`Deployment ${name}`];

  test("bake watches the last weights, and still goes back", async () => {
    const baked = await run({ spec: { bake: "40s", steps: [100], hold: 20 }, until: 62 });
    expect(baked.ended).toBe("Succeeded(AllStepsPassed)@60");
    const told = await run({
      spec: { bake: 100, steps: [100], hold: 20 },
      traffic: [{ at: 30, version: "v2", errorRate: 0.3 }],
      until: 82,
    });
    expect([told.wrote.at(-1), told.ended]).toEqual(["100/0@80", "RolledBack(MetricFailed)@80"]);
  });

  test("approveFinish waits before it", async () => {
    const told = await run({
      spec: { steps: [50], hold: 20, approveFinish: true, finalise: "cutover" },
      events: [{ at: 40, command: "approve" }],
      until: 42,
    });
    expect(told.wrote).toEqual(["50/50@0", "0/100@40"]);
  });

  test("prune takes the stable destination out, and nothing else", async () => {
    const told = await run({
      ...spec("prune"),
      objects: objects(aVirtualService([to("v1", 80), to("v2", 0), to("v3", 20)])),
    });
    expect(told.ended).toBe("Succeeded(Pruned)@20");
    expect(told.objects["VirtualService reviews"]).toMatchObject({
      spec: { http: [{ name: "primary", route: [to("v2", 80), to("v3", 20)] }] },
    });
  });

  test("scale-down leaves the stable version without pods", async () => {
    const told = await run(spec("scale-down"));
    expect(told.ended).toBe("Succeeded(ScaledDown)@20");
    expect(deployment(told, "reviews-v1")).toMatchObject({ spec: { replicas: 0 } });
    expect(deployment(told, "reviews-v2")).toMatchObject({ spec: { replicas: 4 } });
  });

  test("copy-to-primary gives the stable version the canary's containers, then the traffic", async () => {
    const told = await run(spec("copy-to-primary"));
    expect(told.wrote).toEqual(["50/50@0", "0/100@20", "100/0@20"]);
    expect(deployment(told, "reviews-v1")).toMatchObject({
      spec: {
        replicas: 4,
        template: {
          metadata: { labels: { version: "v1" } },
          spec: { containers: [{ image: "reviews:v2" }] },
        },
      },
    });
    expect(deployment(told, "reviews-v2")).toMatchObject({ spec: { replicas: 0 } });
  });
});

test("after a gap the canary gets no more than is safe", async () => {
  const told = await run({
    spec: { onControllerLoss: "safeWeight", maxGap: 20, safeWeight: 5, hold: 20 },
    events: [{ at: 25, freeze: "all", for: 60 }],
    until: 110,
  });
  expect(told.wrote.slice(0, 2)).toEqual(["90/10@0", "75/25@20"]);
  expect(told.wrote[2]).toMatch(/^95\/5@/);
  expect(told.ended).toMatch(/^Paused\(ControllerGap\)/);
});

describe("limits", () => {
  const slow = [{ version: "v2", p99: 900 }];

  test("of the dry run are measured, and decide nothing", async () => {
    const spec = { analysis: { dryRun: ["p99"] }, hold: 20 };
    const told = await run({ spec, traffic: slow, until: 22 });
    expect(told.wrote).toEqual(["90/10@0", "75/25@20"]);
    expect(told.checks[0]?.values["p99"]).toBeGreaterThan(500);
    const metric = { name: "one", query: "vector(7)", thresholdRange: { max: 5 }, dryRun: true };
    const own = await run({ spec: { analysis: { metrics: [metric] } }, until: 25 });
    expect([own.checked, own.checks[0]?.values["one"]]).toEqual([["pass@20"], 7]);
  });

  test("begin with the initial delay, while the hold goes on", async () => {
    const told = await run({ spec: { initialDelay: "30s" }, until: 70 });
    expect([told.checked, told.wrote]).toEqual([["pass@50"], WALK.slice(0, 2)]);
    const metric = { name: "one", query: "vector(7)", max: 5, initialDelay: 30 };
    const own = await run({ spec: { analysis: { metrics: [metric] } }, until: 45 });
    expect(own.checked).toEqual(["pass@20", "fail@40"]);
  });

  test("failures count in a row where that is said", async () => {
    const told = await run({
      spec: { failureLimit: { count: 2, mode: "consecutive" } },
      traffic: [20, 40, 60].flatMap((at, i) => [
        { at: at - 20, version: "v2", errorRate: i === 1 ? 0 : 0.05 },
      ]),
      until: 85,
    });
    expect(told.checked).toEqual(["fail@20", "pass@40", "fail@60", "fail@80"]);
    expect(told.ended).toBe("RolledBack(MetricFailed)@80");
  });

  test("0/0 is no number", async () => {
    const metric = { name: "none", query: "0/0", max: 1 };
    const told = await run({ spec: { analysis: { metrics: [metric] } }, until: 25 });
    expect(told.checked).toEqual(["unknown@20"]);
  });

  test("words of the sequential judge switch its tests", async () => {
    const analysis = {
      successRate: undefined,
      p99: undefined,
      judge: { type: "sequential", E_abs: false, E_safe: "off", alpha_r: 0.005, alpha_a: 0.005 },
    };
    const told = await run({ spec: { analysis }, until: 25 });
    expect(told.checks[0]?.values).toMatchObject({ eAbs: null, eSafe: null });
  });
});

test("several routes by their names, TCP routes by their ports", async () => {
  const pair = [to("v1", 100), to("v2", 0)];
  const http = ["a", "b", "c"].map((name) => ({
    name,
    match: [{ uri: { prefix: `/${name}` } }],
    route: pair,
  }));
  const named = await run({
    spec: { target: { virtualService: "reviews", host: "reviews", routes: ["a", "c"] } },
    objects: objects({ ...aVirtualService(), spec: { hosts: ["reviews"], http } }),
    until: 1,
  });
  const shares = (named.objects["VirtualService reviews"] as { spec: { http: typeof http } }).spec
    .http;
  expect(shares.map(({ route }) => route[1]?.["weight"])).toEqual([10, 0, 10]);
  const tcp = [9080, 9090].map((port) => ({ match: [{ port }], route: pair }));
  const byPort = await run({
    spec: {
      target: { virtualService: "reviews", host: "reviews", route: { type: "tcp", port: 9090 } },
    },
    objects: objects({ ...aVirtualService(), spec: { hosts: ["reviews"], tcp } }),
    until: 70,
  });
  expect(byPort.wrote).toEqual(WALK.slice(0, 2));
  expect(byPort.objects["VirtualService reviews"]).toMatchObject({
    spec: { tcp: [{ route: pair }, { route: [to("v1", 75), to("v2", 25)] }] },
  });
});

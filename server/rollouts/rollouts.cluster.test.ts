import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { candidates } from "@/lib/rollout/candidates";
import type { CanaryRolloutInput } from "@/lib/rollout/plan";
import { millis } from "@/lib/base/units";
import { initialStatus, type Phase, type RolloutStatus } from "@/lib/rollout/status";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { liveHub } from "../live/live";
import { meshStore, type RunningMeshStore } from "../mesh/mesh-store";
import { prometheusMetrics } from "../metrics/prometheus";
import type { Cluster, Live, Metrics } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { dryRunSteps } from "./dry-run-steps";
import { goldenSignals } from "./golden-signals";
import { outlookOf } from "./outlook";
import { previewOf, readRollout } from "./preview-rollout";
import { detailOf, listRollouts } from "./read-rollouts";
import { type Rollouts, rolloutsService } from "./rollouts-service";
import { commandRollout, type RolloutActs, startRollout } from "./start-rollout";
import { writeStep } from "./write-step";

/** The driver over HTTPS against a cluster, judging by its Prometheus. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let mesh: RunningMeshStore;
let live: Live & { close(): void };
let metrics: Metrics;
let rollouts: Rollouts;
const audit = vi.fn();
const log = { info: audit, warn: () => undefined, error: () => undefined };
const time = { clock: systemClock, random: systemRandom };
vi.setConfig({ testTimeout: 2 * BOOKINFO.patience, hookTimeout: 2 * BOOKINFO.patience });
const PATIENCE = { timeout: BOOKINFO.patience, interval: 50 };

const service = () => rolloutsService({ cluster, metrics, mesh, live, log, ...time }, undefined);

beforeAll(async () => {
  target = await testCluster();
  const file = target.kubeconfig;
  cluster = kubernetesCluster({ type: "kubeconfig", file, context: undefined }, time);
  metrics = prometheusMetrics(target.prometheus, {
    clock: systemClock,
    observer: { answered: () => undefined, failed: () => undefined },
  });
  mesh = meshStore({ cluster, log, ...time });
  mesh.start();
  live = liveHub("test");
  rollouts = service();
  rollouts.start();
  await vi.waitFor(
    () => expect(mesh.ready && mesh.view().list("Pod").length > 6).toBe(true),
    PATIENCE,
  );
});
afterAll(async () => {
  await rollouts.close();
  live.close();
  mesh.close();
  cluster.close();
  await target.stop();
});

const acts = (readOnly = false): RolloutActs => ({
  cluster,
  mesh,
  store: rollouts.store,
  metrics,
  clock: systemClock,
  log,
  readOnly,
  requestId: "r1",
});

type Changes = Partial<CanaryRolloutInput["spec"]> & { name?: string };

/** A fast canary of a service of bookinfo, from v1 to the given version. */
function plan(host: string, canary: string, { name, ...changes }: Changes = {}) {
  return readRollout({
    apiVersion: "quarterdeck.dev/v1alpha1",
    kind: "CanaryRollout",
    metadata: { name: name ?? `${host}-${canary}`, namespace: "bookinfo" },
    spec: {
      target: { virtualService: host, route: { index: 0 }, host },
      stable: { subset: "v1" },
      canary: { subset: canary },
      steps: [50, 100].map((weight) => ({ weight, hold: 1 })),
      ...changes,
      analysis: {
        interval: 1,
        minRequests: 5,
        successRate: { min: 50 },
        ...changes.analysis,
      },
    },
  });
}

/** A status that waits for a person, so that no driver changes it. */
const resting = (): RolloutStatus => ({
  ...initialStatus("ana", systemClock.now()),
  epoch: 1_000_000,
  targets: [
    {
      kind: "VirtualService",
      namespace: "bookinfo",
      name: "details",
      route: { type: "http", index: 0 },
      field: "spec.target.virtualService",
    },
  ],
  snapshots: {
    "VirtualService bookinfo/details": {
      route: { name: undefined, index: 0, match: "[]" },
      destinations: [],
    },
  },
  state: {
    phase: "Paused",
    reason: "Manual",
    message: "",
    since: systemClock.now(),
    step: 0,
    share: 0,
    carry: { holdLeft: millis(0), checkLeft: millis(0), maxLeft: null, lastVerdict: null },
  },
});

const routeOf = async (name: string): Promise<KubeObject> =>
  cluster.get({ kind: "VirtualService", namespace: "bookinfo", name });
const httpOf = (object: KubeObject) =>
  (object["spec"] as { http: { route: { weight?: number }[] }[] }).http;
const statusOf = async (name: string): Promise<RolloutStatus> => {
  const record = await rollouts.store.read({ namespace: "bookinfo", name });
  if (!record) throw new Error(`no rollout ${name}`);
  return record.status;
};
const reaches = (name: string, phase: Phase) =>
  vi.waitFor(async () => expect((await statusOf(name)).state.phase).toBe(phase), PATIENCE);
const command = (name: string, id: string, type: Parameters<typeof commandRollout>[2]["type"]) =>
  commandRollout(acts(), { namespace: "bookinfo", name }, { id, type, force: true });

describe("a rollout on a cluster", () => {
  test("a version that fails is rolled back by itself, and the route is as it was", async () => {
    await target.fail(cluster, "details-v2", 1);
    const before = httpOf(await routeOf("details"));
    const ref = await startRollout(
      acts(),
      plan("details", "v2", { analysis: { minRequests: 20 } }),
    );
    await reaches(ref.name, "RolledBack");
    const status = await statusOf(ref.name);
    expect(status.state).toMatchObject({ reason: "HardTrip" });
    expect(httpOf(await routeOf("details"))).toEqual(before);
    expect(status.ledger.map(({ title }) => title)).toEqual([
      "Started: 50 % to the canary",
      "50 % in place",
      "Roll back",
      "Rolled back",
    ]);
    expect(audit).toHaveBeenCalledWith(
      expect.objectContaining({ audit: true, name: "details", share: 50, result: "written" }),
      "write",
    );
  });

  test("a healthy one goes to 100 % through a pause, an edit and a restart of its driver", async () => {
    const { name } = await startRollout(acts(), plan("reviews", "v3"));
    await reaches(name, "Holding");
    await command(name, "p1", "pause");
    await reaches(name, "Paused");
    const paused = await statusOf(name);

    await cluster.patch(
      { kind: "VirtualService", namespace: "bookinfo", name: "reviews" },
      {
        type: "json",
        body: [
          {
            op: "add",
            path: "/spec/http/0/timeout",
            value: "7s",
          },
        ],
      },
    );
    await rollouts.close();
    rollouts = service();
    rollouts.start();
    await vi.waitFor(
      async () => expect((await statusOf(name)).epoch).toBeGreaterThan(paused.epoch),
      PATIENCE,
    );
    expect((await statusOf(name)).state).toEqual(paused.state);

    await command(name, "r1", "resume");
    await command(name, "r1", "resume");
    await reaches(name, "Succeeded");
    const [route] = httpOf(await routeOf("reviews"));
    expect(route).toMatchObject({ timeout: "7s" });
    expect(route?.route.map(({ weight }) => weight)).toEqual([0, 100]);
    expect((await statusOf(name)).handled).toEqual(["p1", "r1"]);
  });

  test("lists, details and signals tell of it", async () => {
    await vi.waitFor(() => expect(listRollouts(rollouts.store).rollouts).toHaveLength(2), PATIENCE);
    const record = await rollouts.store.read({ namespace: "bookinfo", name: "reviews-v3" });
    expect(detailOf(record!, mesh.view())).toMatchObject({
      service: "reviews",
      canary: "v3",
      share: 100,
      live: { route: "http[0]" },
      pods: { canary: { ready: 1, total: 1 } },
    });
    const needs = { metrics, clock: systemClock, mesh: mesh.view() };
    await vi.waitFor(async () => {
      const { window } = await goldenSignals(needs, record!, new AbortController().signal);
      expect(window?.canary.requests).toBeGreaterThan(0);
      expect(window?.canary.p99).toBeGreaterThan(0);
    }, PATIENCE);
  });
});

/** The field of the plan's only query. */
const QUERY = "spec.analysis.metrics[0].query";

const asking = (query: string) =>
  plan("reviews", "v2", { analysis: { metrics: [{ name: "own", query, max: 1 }] } });

describe("before a start", () => {
  test("services with two versions are found, with their routes and weights", () => {
    const routed = candidates(mesh.view()).filter(
      ({ routes, versions }) => routes.length > 0 && versions.length > 1,
    );
    const found = routed.map(({ service: name, versions, routes }) => [
      name,
      versions.map(({ subset, pods }) => `${subset ?? "-"} ${pods.ready}`),
      routes.map(({ object, destinations }) => [object, destinations.length]),
    ]);
    expect(found).toEqual([
      ["details", ["v1 1", "v2 1"], [["details", 1]]],
      ["reviews", ["v1 1", "v2 1", "v3 1"], [["reviews", 2]]],
    ]);
  });

  test("the preview shows every patch, and the server's verdict on the first", async () => {
    const before = await routeOf("details");
    const preview = await previewOf(acts(), plan("details", "v2"));
    expect(preview).toMatchObject({ startable: true, verdict: { type: "accepted" } });
    expect(preview.plan?.steps.map(({ share }) => share)).toEqual([50, 100]);
    expect(await routeOf("details")).toEqual(before);
  });

  test.each([
    ["SubsetNotFound", "spec.canary.subset", () => plan("reviews", "v9")],
    ["SameVersion", "spec.canary", () => plan("reviews", "v1")],
    ["TargetMissing", "spec.target.virtualService", () => plan("ratings", "v2")],
    [
      "RouteNotFound",
      "spec.target.route",
      () =>
        plan("details", "v2", {
          target: { virtualService: "details", route: { index: 7 }, host: "details" },
        }),
    ],
    ["HostNotFound", "spec.canary", () => plan("reviews", "v2", { canary: { host: "nowhere" } })],
    ["QueryInvalid", QUERY, () => asking("sum(")],
    ["QueryAmbiguous", QUERY, () => asking("istio_requests_total")],
    ["QueryEmpty", QUERY, () => asking('no_such_metric{version="{{canary}}"}')],
    ["QueryEmpty", QUERY, () => asking("0 / sum(istio_requests_total * 0)")],
  ])("%s is refused at %s, and nothing is written", async (code, field, rollout) => {
    const preview = await previewOf(acts(), rollout());
    expect(preview.findings).toContainEqual(
      expect.objectContaining({ code, field, level: "error" }),
    );
    await expect(startRollout(acts(), rollout())).rejects.toMatchObject({ code: "invalid" });
  });

  test("the server judges every step, and the last hour says what a plan would mean", async () => {
    const before = await routeOf("details");
    const rollout = plan("details", "v2");
    const { plan: planned } = await previewOf(acts(), rollout);
    const verdicts = await dryRunSteps(cluster, planned!);
    expect(
      verdicts.map(({ objects }) => objects.map(({ object, verdict }) => [object, verdict])),
    ).toEqual(
      ["accepted", "accepted", "accepted"].map((verdict) => [
        ["VirtualService bookinfo/details", verdict],
      ]),
    );
    expect(await routeOf("details")).toEqual(before);

    const needs = { metrics, clock: systemClock, mesh };
    const outlook = await outlookOf(needs, rollout, new AbortController().signal);
    expect(outlook.problem).toBeUndefined();
    expect(outlook.requestsPerSecond).toBeGreaterThan(0);
    expect(outlook.checks?.failed).toBe(0);
    expect(outlook.callers.map(({ workload }) => workload)).toContain("bookinfo/productpage-v1");
    expect(outlook.steps.map(({ share }) => share)).toEqual([50, 100]);
    const [half, all] = outlook.steps;
    expect(all!.requestsPerSecond).toBeCloseTo(2 * half!.requestsPerSecond, 6);
  });

  test("a subset that is missing is tried with the routes that lead to it, object by object", async () => {
    const canary = { subset: "fresh", labels: { version: "v2" } };
    const { plan: planned, startable } = await previewOf(acts(), plan("details", "v2", { canary }));
    expect(startable).toBe(true);
    const verdicts = await dryRunSteps(cluster, planned!);
    const told = verdicts.map(({ objects }) =>
      objects.map(({ object, verdict }) => `${object.split(" ")[0] ?? ""} ${verdict}`),
    );
    expect(told).toEqual([
      ["DestinationRule accepted", "VirtualService accepted"],
      ["DestinationRule unchanged", "VirtualService accepted"],
      ["DestinationRule accepted", "VirtualService accepted"],
    ]);
  });

  test("a share is written by hand, and taken back", async () => {
    const before = httpOf(await routeOf("details"));
    const rollout = plan("details", "v2");
    const weights = await writeStep(acts(), rollout, 20);
    expect(weights.map(({ label, weight }) => `${label} ${weight}`)).toEqual(["v1 80", "v2 20"]);
    await writeStep(acts(), rollout, 0);
    const [route] = httpOf(await routeOf("details"));
    expect(route?.route.filter(({ weight }) => weight !== 0)).toHaveLength(
      before[0]?.route.length ?? 0,
    );
    await expect(writeStep(acts(true), rollout, 20)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("a route that another rollout changes is refused", async () => {
    const first = plan("details", "v2", { name: "first" });
    await rollouts.store.create(
      {
        ...first,
        spec: { ...first.spec, analysis: { ...first.spec.analysis, noDataTimeout: 600 } },
      },
      resting(),
    );
    await vi.waitFor(() => expect(listRollouts(rollouts.store).rollouts).toHaveLength(3), PATIENCE);
    const { findings } = await previewOf(acts(), plan("details", "v2", { name: "second" }));
    expect(findings).toContainEqual(expect.objectContaining({ code: "RouteOwned" }));
  });

  test("read-only mode refuses every act", async () => {
    await expect(startRollout(acts(true), plan("details", "v2"))).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(
      commandRollout(
        acts(true),
        { namespace: "bookinfo", name: "reviews-v3" },
        { id: "x", type: "retry" },
      ),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("the store", () => {
  test("of two who write the same version one loses, and a command is added once", async () => {
    const { store } = rollouts;
    const ref = { namespace: "bookinfo", name: "stored" };
    const created = await store.create(plan("details", "v2", { name: ref.name }), resting());
    const changed = { ...created.status, queryErrors: 1 };
    await store.commit(created, changed);
    await expect(store.commit(created, changed)).rejects.toMatchObject({ code: "conflict" });
    const pause = { id: "c1", type: "pause" as const, by: "ana", at: systemClock.now() };
    await store.append(ref, pause);
    expect((await store.append(ref, pause)).commands).toHaveLength(1);
  });

  test("what cannot be read is shown and not driven", async () => {
    // Whatever the driver writes meanwhile: a version is not asked for.
    await cluster.patch(
      { kind: "ConfigMap", namespace: "bookinfo", name: "mesh-rollout-stored" },
      { type: "merge", body: { data: { status: "{}" } } },
    );
    await vi.waitFor(
      () =>
        expect(listRollouts(rollouts.store).unreadable.map(({ ref }) => ref.name)).toEqual([
          "stored",
        ]),
      PATIENCE,
    );
    await expect(rollouts.store.read({ namespace: "bookinfo", name: "stored" })).rejects.toThrow(
      "its status cannot be read",
    );
  });
});

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AppError } from "@/lib/base/errors";
import type { CanaryRolloutInput } from "@/lib/rollout/plan";
import { initialStatus, type RolloutStatus } from "@/lib/rollout/status";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { liveHub } from "../live/live";
import { meshStore, type RunningMeshStore } from "../mesh/mesh-store";
import { prometheusMetrics } from "../metrics/prometheus";
import type { Cluster, Live, Metrics } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { definitionState, installDefinition } from "./install-definition";
import { leaseElection } from "./lease";
import { readRollout } from "./preview-rollout";
import { type Rollouts, rolloutsService } from "./rollouts-service";
import { storeChoices } from "./store-choice";
import { commandRollout, type RolloutActs, startRollout } from "./start-rollout";

/** Where rollouts are kept, over HTTPS: each place, and the way from one to the next. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let mesh: RunningMeshStore;
let live: Live & { close(): void };
let metrics: Metrics;
let rollouts: Rollouts;
const log = { info: () => undefined, warn: () => undefined, error: vi.fn() };
const time = { clock: systemClock, random: systemRandom };
vi.setConfig({ testTimeout: 2 * BOOKINFO.patience, hookTimeout: 2 * BOOKINFO.patience });
const PATIENCE = { timeout: BOOKINFO.patience, interval: 50 };

/** What the identity of the tests may not write, in the words of `kubectl auth can-i`. */
const denied = new Set<string>();
const limited = (of: Cluster): Cluster => ({
  ...of,
  can: async (question, signal) => !denied.has(question.kind) && of.can(question, signal),
});

beforeAll(async () => {
  target = await testCluster();
  cluster = kubernetesCluster(
    { type: "kubeconfig", file: target.kubeconfig, context: undefined },
    time,
  );
  metrics = prometheusMetrics(target.prometheus, {
    clock: systemClock,
    observer: { answered: () => undefined, failed: () => undefined },
  });
  mesh = meshStore({ cluster, log, ...time });
  mesh.start();
  live = liveHub("test");
  rollouts = rolloutsService(
    { cluster: limited(cluster), metrics, mesh, live, log, announces: true, ...time },
    undefined,
  );
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

const acts = (): RolloutActs => ({
  cluster,
  mesh,
  store: rollouts.store,
  metrics,
  clock: systemClock,
  log,
  readOnly: false,
  requestId: "r1",
});
const document = (
  name: string,
  host: string,
  canary: string,
  changes: Partial<CanaryRolloutInput["spec"]> = {},
) => ({
  apiVersion: "quarterdeck.dev/v1alpha1",
  kind: "CanaryRollout",
  metadata: { name, namespace: "bookinfo" },
  spec: {
    target: { virtualService: host, route: { index: 0 }, host },
    stable: { subset: "v1" },
    canary: { subset: canary },
    steps: [50, 100].map((weight) => ({ weight, hold: 1 })),
    ...changes,
    analysis: { interval: 1, minRequests: 5, successRate: { min: 50 } },
  },
});
const read = (name: string) => rollouts.store.read({ namespace: "bookinfo", name });
const isIn = (name: string, phase: RolloutStatus["state"]["phase"]) =>
  vi.waitFor(async () => expect((await read(name))?.status.state.phase).toBe(phase), PATIENCE);
const ask = (name: string, type: "pause" | "resume" | "rollback") =>
  commandRollout(
    acts(),
    { namespace: "bookinfo", name },
    { id: `${name}-${type}`, type, force: true },
  );

test("without the right to write ConfigMaps, an annotation of the VirtualService holds it", async () => {
  denied.add("ConfigMap");
  expect(await rollouts.store.choice("bookinfo")).toEqual({
    store: "annotation",
    refused: [
      {
        store: "customResource",
        why: "the CustomResourceDefinition canaryrollouts.quarterdeck.dev is not installed",
      },
      { store: "configMap", why: expect.stringContaining("may not create configmaps") as string },
    ],
  });
  await startRollout(acts(), readRollout(document("noted", "details", "v2")));
  await isIn("noted", "Holding");
  await ask("noted", "rollback");
  await isIn("noted", "RolledBack");
  const record = await read("noted");
  expect(record?.store).toBe("annotation");
  const object = await cluster.get({
    kind: "VirtualService",
    namespace: "bookinfo",
    name: "details",
  });
  expect(Object.keys(object.metadata.annotations ?? {})).toContain("quarterdeck.dev/rollout-state");
  await rollouts.store.remove(record!);
  expect(await read("noted")).toBeUndefined();
  denied.clear();
});

test("where nothing may be written no rollout starts, and the reasons are told", async () => {
  const nobody: Cluster = { ...cluster, can: () => Promise.resolve(false) };
  const choice = await storeChoices({ cluster: nobody, mesh, clock: systemClock }).of("bookinfo");
  expect(choice.store).toBe("manual");
  expect(choice.refused.map(({ store }) => store)).toEqual([
    "customResource",
    "configMap",
    "annotation",
  ]);
});

test("without the right to write Leases a ConfigMap says who leads, and hands over", async () => {
  const refused = () => Promise.reject(new AppError("forbidden", "leases may not be written"));
  const noLeases: Cluster = {
    ...cluster,
    get: (ref, signal) => (ref.kind === "Lease" ? refused() : cluster.get(ref, signal)),
  };
  const epochs: number[] = [];
  const elect = (identity: string) =>
    leaseElection(
      { cluster: noLeases, log, ...time },
      { namespace: "istio-system", name: "quarterdeck-leader-test", identity },
      ({ epoch }) => epochs.push(epoch),
    );
  const first = elect("a");
  await vi.waitFor(() => expect(first.state().leading).toBe(true), PATIENCE);
  const second = elect("b");
  await vi.waitFor(() => expect(second.state().holder).toBe("a"), PATIENCE);
  await first.close();
  await vi.waitFor(() => expect(second.state().leading).toBe(true), PATIENCE);
  await second.close();
  expect(epochs).toEqual([1, 2]);
});

test("when the definition comes, a rollout that runs moves, and goes on from where it was", async () => {
  expect((await storeChoices({ cluster, mesh, clock: systemClock }).of("bookinfo")).store).toBe(
    "configMap",
  );
  // What was denied to it before is still remembered: it is put there by hand.
  await rollouts.store.of.configMap.create(
    readRollout(document("moving", "reviews", "v3", { steps: [{ weight: 50, hold: 600 }, 100] })),
    initialStatus("ana", systemClock.now()),
  );
  await isIn("moving", "Holding");
  await ask("moving", "pause");
  await isIn("moving", "Paused");
  const before = await read("moving");
  expect(before?.store).toBe("configMap");

  expect(await definitionState(cluster)).toMatchObject({
    state: "absent",
    mayInstall: true,
    verdict: { type: "accepted" },
  });
  await installDefinition({ cluster, log, readOnly: false, requestId: "r1" });
  expect((await definitionState(cluster)).state).toBe("installed");
  await vi.waitFor(async () => expect((await read("moving"))?.store).toBe("customResource"), {
    ...PATIENCE,
    timeout: 60_000,
  });
  const after = await read("moving");
  // Whoever drives it next makes it its own, and compares its plan with that of the new object.
  const own = { epoch: 0, planVersion: null };
  expect({ ...after?.status, ...own }).toEqual({ ...before?.status, ...own });
  expect(after?.commands).toEqual(before?.commands);
  await expect(
    cluster.get({ kind: "ConfigMap", namespace: "bookinfo", name: "mesh-rollout-moving" }),
  ).rejects.toMatchObject({ code: "not-found" });

  await ask("moving", "resume");
  await isIn("moving", "Holding");
  expect((await read("moving"))?.status.state).toMatchObject({ step: 0, share: 50 });
  const object = await cluster.get({
    kind: "CanaryRollout",
    namespace: "bookinfo",
    name: "moving",
  });
  expect(object["status"]).toMatchObject({ phase: "Analysing", share: 50, step: "1/2" });
  await ask("moving", "rollback");
  await isIn("moving", "RolledBack");
}, 120_000);

test("a CanaryRollout that somebody applies is started, once", async () => {
  const { metadata, ...rest } = document("applied", "reviews", "v3");
  const object = { ...rest, metadata };
  await cluster.patch(
    { kind: "CanaryRollout", namespace: "bookinfo", name: "applied" },
    { type: "apply", body: object, fieldManager: "kubectl" },
  );
  await isIn("applied", "Succeeded");
  const stored = await cluster.get({
    kind: "CanaryRollout",
    namespace: "bookinfo",
    name: "applied",
  });
  expect((await read("applied"))?.status.startedBy).toBe("kubectl");
  const { conditions } = stored["status"] as { conditions: { type: string; status: string }[] };
  expect(conditions.find(({ type }) => type === "Ready")?.status).toBe("True");
  // Taken away after the end is told.
  await vi.waitFor(async () => {
    const { metadata: now } = await cluster.get({
      kind: "CanaryRollout",
      namespace: "bookinfo",
      name: "applied",
    });
    expect(now.finalizers ?? []).toEqual([]);
  }, PATIENCE);
});

test("Events tell of it upon the rollout and the VirtualService, and metrics count it", async () => {
  await vi.waitFor(async () => {
    const { items } = await cluster.list("Event", { namespace: "bookinfo" });
    const told = items.flatMap(({ involvedObject, reason }) => {
      const { kind, name } = involvedObject as { kind: string; name: string };
      return [`${kind} ${name} ${String(reason)}`];
    });
    expect(told).toContain("CanaryRollout applied RolloutSucceeded");
    expect(told).toContain("VirtualService reviews RolloutSucceeded");
    expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(items.length);
  }, PATIENCE);
  const text = await rollouts.metrics();
  expect(text).toMatch(/^quarterdeck_rollouts\{phase="Succeeded"\} [1-9]/m);
  expect(text).toMatch(/^quarterdeck_rollout_writes_total\{result="written"\} [1-9]/m);
  expect(text).toMatch(/^quarterdeck_rollout_checks_total\{verdict="pass"\} [1-9]/m);
  expect(text).toMatch(/^quarterdeck_rollout_rollbacks_total\{reason="Manual"\} [1-9]/m);
  expect(text).toMatch(/^quarterdeck_rollout_reconcile_duration_seconds_count [1-9]/m);
  expect(text).toMatch(/^quarterdeck_rollout_lease_held\{shard="0"\} 1/m);
});

test("one that is deleted midway gives the traffic back, and then goes", async () => {
  const { metadata, ...rest } = document("deleted", "details", "v2", {
    steps: [{ weight: 50, hold: 600 }, 100],
  });
  const before = await cluster.get({
    kind: "VirtualService",
    namespace: "bookinfo",
    name: "details",
  });
  await cluster.create({ ...rest, metadata });
  await isIn("deleted", "Holding");
  expect(await rollouts.metrics()).toMatch(
    /^quarterdeck_rollout_weight\{namespace="bookinfo",rollout="deleted",target="v2",role="canary"\} 50/m,
  );
  await cluster.delete({ kind: "CanaryRollout", namespace: "bookinfo", name: "deleted" });
  await vi.waitFor(async () => expect(await read("deleted")).toBeUndefined(), PATIENCE);
  const after = await cluster.get({
    kind: "VirtualService",
    namespace: "bookinfo",
    name: "details",
  });
  expect(after["spec"]).toEqual(before["spec"]);
});

test("one that cannot work is rejected with the field, and nothing is written", async () => {
  await cluster.create(document("mistaken", "reviews", "v9"));
  await isIn("mistaken", "Rejected");
  expect((await read("mistaken"))?.status.state).toMatchObject({
    reason: "SubsetNotFound",
    message: expect.stringContaining("spec.canary.subset") as string,
  });
});

test("a plan that is no plan is shown with what is wrong, and not driven", async () => {
  const wrong = document("wrong", "reviews", "v2");
  await cluster.create({ ...wrong, spec: { ...wrong.spec, steps: [33.3] } });
  await vi.waitFor(
    () =>
      expect(rollouts.store.list()).toContainEqual({
        ref: { namespace: "bookinfo", name: "wrong" },
        problem: "its spec cannot be read: spec.steps[0].weight must be a whole number of percent",
      }),
    PATIENCE,
  );
});

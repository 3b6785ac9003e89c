import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { seconds } from "@/lib/base/units";
import { CommandType, initialStatus } from "@/lib/rollout/status";
import { systemClock, systemRandom } from "../clock";
import { credentialSource } from "../cluster/credentials";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { apiTransport } from "../cluster/transport";
import { liveHub } from "../live/live";
import { meshStore } from "../mesh/mesh-store";
import { prometheusMetrics } from "../metrics/prometheus";
import type { Cluster } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { readRollout } from "./preview-rollout";
import { rolloutsService } from "./rollouts-service";
import { commandRollout, type RolloutActs, startRollout } from "./start-rollout";
import { writeStep } from "./write-step";

/** Somebody who may read everything and write nothing, over HTTPS, where somebody else's canary waits. */
vi.setConfig({ testTimeout: 2 * BOOKINFO.patience, hookTimeout: 2 * BOOKINFO.patience });
const NAME = "quarterdeck-test-viewer";
const ACCOUNTS = "/api/v1/namespaces/bookinfo/serviceaccounts";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const time = { clock: systemClock, random: systemRandom };
const log = { info: vi.fn(), warn: () => undefined, error: () => undefined };
const folder = mkdtempSync(join(tmpdir(), "quarterdeck-test-"));
let target: TestCluster;
let admin: ReturnType<typeof apiTransport>;
const stops: (() => unknown)[] = [];

const send = (method: "POST" | "DELETE", path: string, body?: object) =>
  admin.request({
    ...{ method, path, timeout: seconds(5), doing: "prepare a test" },
    ...(body && { body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  target = await testCluster();
  admin = apiTransport(
    credentialSource({ type: "kubeconfig", file: target.kubeconfig, context: undefined }),
  );
  await send("POST", ACCOUNTS, { metadata: { name: NAME } });
  const reads = { apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] };
  await send("POST", `${RBAC}/clusterroles`, { metadata: { name: NAME }, rules: [reads] });
  await send("POST", `${RBAC}/clusterrolebindings`, {
    metadata: { name: NAME },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: NAME },
    subjects: [{ kind: "ServiceAccount", name: NAME, namespace: "bookinfo" }],
  });
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  await send("DELETE", `${RBAC}/clusterrolebindings/${NAME}`);
  await send("DELETE", `${RBAC}/clusterroles/${NAME}`);
  await send("DELETE", `${ACCOUNTS}/${NAME}`);
  admin.close();
  await target.stop();
  rmSync(folder, { recursive: true });
});

/** A kubeconfig for the token of the account that may only read. */
async function viewersKubeconfig(): Promise<string> {
  const { text } = await send("POST", `${ACCOUNTS}/${NAME}/token`, { spec: {} });
  const { status } = JSON.parse(text) as { status: { token: string } };
  const config = parse(readFileSync(target.kubeconfig, "utf8")) as { users: { user: object }[] };
  for (const each of config.users) each.user = { token: status.token };
  const file = join(folder, "config");
  writeFileSync(file, stringify(config));
  return file;
}

/** What one person's product has; its driver is off. */
async function productOf(file: string): Promise<RolloutActs> {
  const cluster = kubernetesCluster({ type: "kubeconfig", file, context: undefined }, time);
  const mesh = meshStore({ cluster, log, ...time });
  const live = liveHub("test");
  const observer = { answered: () => undefined, failed: () => undefined };
  const metrics = prometheusMetrics(target.prometheus, { clock: systemClock, observer });
  const rollouts = rolloutsService({ cluster, metrics, mesh, live, log, ...time }, "a test");
  mesh.start();
  rollouts.start();
  stops.push(
    () => cluster.close(),
    () => mesh.close(),
    () => live.close(),
    () => rollouts.close(),
  );
  await vi.waitFor(() => expect(mesh.ready).toBe(true), { timeout: BOOKINFO.patience });
  const { store } = rollouts;
  return { cluster, mesh, store, metrics, ...time, log, readOnly: false, requestId: "r1" };
}

const plan = (name: string, host: string) =>
  readRollout({
    apiVersion: "quarterdeck.dev/v1alpha1",
    kind: "CanaryRollout",
    metadata: { name, namespace: "bookinfo" },
    spec: {
      target: { virtualService: host, route: { index: 0 }, host },
      stable: { subset: "v1" },
      canary: { subset: "v2" },
      steps: [50, 100].map((weight) => ({ weight, hold: 1 })),
      analysis: { interval: 1, minRequests: 5, successRate: { min: 50 } },
    },
  });

/** The versions of all that an act on a rollout could write. */
async function versions(cluster: Cluster): Promise<readonly string[]> {
  const kinds = ["VirtualService", "DestinationRule", "ConfigMap"] as const;
  const lists = await Promise.all(
    kinds.map((kind) => cluster.list(kind, { namespace: "bookinfo" })),
  );
  return lists.flatMap(({ items }) =>
    items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ""}`),
  );
}

test("44: whoever may only read is refused every act, with 403, and nothing is written", async () => {
  const owner = await productOf(target.kubeconfig);
  const ref = { namespace: "bookinfo", name: "watched" };
  await owner.store.create(plan(ref.name, "details"), initialStatus("ana", systemClock.now()));
  const viewer = await productOf(await viewersKubeconfig());
  await vi.waitFor(async () => expect(await viewer.store.read(ref)).toBeDefined(), {
    timeout: BOOKINFO.patience,
  });
  const before = await versions(owner.cluster);
  const told = log.info.mock.calls.length;

  for (const type of CommandType.options) {
    const act = commandRollout(viewer, ref, { id: `viewer-${type}`, type });
    await expect(act, type).rejects.toMatchObject({ code: "forbidden" });
  }
  const starts = startRollout(viewer, plan("begun", "reviews"));
  await expect(starts).rejects.toMatchObject({ code: "forbidden" });
  const writes = writeStep(viewer, plan("begun", "reviews"), 20);
  await expect(writes).rejects.toMatchObject({ code: "forbidden" });

  expect(await versions(owner.cluster)).toEqual(before);
  // Nor does the log say that anything was written.
  expect(log.info.mock.calls.length).toBe(told);
});

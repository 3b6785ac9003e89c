import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { millis } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { prometheusMetrics } from "../metrics/prometheus";
import type { Cluster } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { meshStore, type RunningMeshStore } from "./mesh-store";

/** The adapters together, over HTTPS, against a cluster, by default the embedded one. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let mesh: RunningMeshStore;

beforeAll(async () => {
  target = await testCluster();
  const time = { clock: systemClock, random: systemRandom };
  const file = target.kubeconfig;
  cluster = kubernetesCluster({ type: "kubeconfig", file, context: undefined }, time);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  mesh = meshStore({ cluster, log, ...time });
  mesh.start();
  await until(() => mesh.ready && mesh.view().list("VirtualService").length > 0);
});
afterAll(async () => {
  mesh.close();
  cluster.close();
  await target.stop();
});

/** Waits until `fact` holds: of states that settle without a change of objects, too. */
const until = (fact: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(fact()).toBe(true), { timeout: 9_000, interval: 10 });

const find = (kind: KindId, namespace: string, prefix: string): KubeObject => {
  const object = mesh
    .view()
    .list(kind)
    .find(({ metadata }) => metadata.namespace === namespace && metadata.name.startsWith(prefix));
  if (!object) throw new Error(`no ${kind} ${namespace}/${prefix}`);
  return object;
};

const configMap = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name,
    namespace: "default",
    labels: { "app.kubernetes.io/managed-by": "quarterdeck" },
  },
  data: { answer: "42" },
});
const ref = (name: string) => ({ kind: "ConfigMap", namespace: "default", name }) as const;

test("the whole scenario is mirrored, and the cluster is live", () => {
  expect(mesh.state()).toMatchObject({ state: "live", error: undefined });
  expect(mesh.problems()).toEqual([]);
  expect(mesh.view().get("Namespace", "", "bookinfo")).toBeDefined();
  expect(find("Pod", "bookinfo", "reviews-v1")).toBeDefined();
  expect(cluster.identity).toMatchObject({
    server: new URL(target.server).host,
    context: expect.any(String) as string,
    user: expect.any(String) as string,
  });
});

test("writes come back as changes: create, patch, conflict, delete", async () => {
  const { object: created } = await cluster.create(configMap("life"));
  await until(() => mesh.view().get("ConfigMap", "default", "life") !== undefined);

  const patch = { type: "merge", body: { data: { answer: "43" } } } as const;
  const tried = await cluster.patch(ref("life"), patch, { dryRun: true });
  expect(tried.object.data).toEqual({ answer: "43" });
  expect((await cluster.get(ref("life"))).data).toEqual({ answer: "42" });

  await cluster.patch(ref("life"), patch);
  await until(
    () =>
      mesh.view().get("ConfigMap", "default", "life")?.metadata.resourceVersion !==
      created.metadata.resourceVersion,
  );
  await expect(cluster.replace(created)).rejects.toMatchObject({ code: "conflict" });
  await expect(cluster.create(configMap("life"))).rejects.toMatchObject({ code: "conflict" });

  await cluster.delete(ref("life"));
  await until(() => mesh.view().get("ConfigMap", "default", "life") === undefined);
  await expect(cluster.get(ref("life"))).rejects.toMatchObject({ code: "not-found" });
});

test("a field that the schema does not know is refused with its path", async () => {
  const vs = find("VirtualService", "bookinfo", "reviews");
  const body = { spec: { htp: [] } };
  const where = { kind: "VirtualService", namespace: "bookinfo", name: vs.metadata.name } as const;
  await expect(
    cluster.patch(where, { type: "merge", body }, { dryRun: true }),
  ).rejects.toMatchObject({ code: "invalid", causes: [{ field: "spec.htp" }] });
});

test("a long list comes in pages that hold together", async () => {
  const first = await cluster.list("Pod", { limit: 2 });
  expect(first.items).toHaveLength(2);
  const second = await cluster.list("Pod", { limit: 500, continue: first.continue! });
  expect(second.resourceVersion).toBe(first.resourceVersion);
  const names = [...first.items, ...second.items].map(({ metadata }) => metadata.name);
  expect(new Set(names).size).toBe(mesh.view().list("Pod").length);
});

test("the identity may do what the kubeconfig's user may", async () => {
  expect(await cluster.can({ verb: "patch", kind: "VirtualService", namespace: "bookinfo" })).toBe(
    true,
  );
});

test("istiod and proxies answer through port-forward, many at a time", async () => {
  const istiod = find("Pod", "istio-system", "istiod").metadata.name;
  const sync = await cluster.podRequest(
    { namespace: "istio-system", name: istiod, port: 15_014 },
    { path: "/debug/syncz" },
  );
  expect(sync.status).toBe(200);
  expect(Array.isArray(JSON.parse(sync.body))).toBe(true);

  const proxy = {
    namespace: "bookinfo",
    name: find("Pod", "bookinfo", "reviews-v1").metadata.name,
    port: 15_000,
  };
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => cluster.podRequest(proxy, { path: "/clusters" })),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const missing = await cluster.podRequest(proxy, { path: "/nothing-here" });
  expect(missing.status).toBe(404);
});

test("a pod or port that is not there, an answer too large or too late is said", async () => {
  const name = find("Pod", "bookinfo", "reviews-v1").metadata.name;
  const proxy = { namespace: "bookinfo", name, port: 15_000 };
  const path = "/config_dump";
  await expect(cluster.podRequest({ ...proxy, name: "gone" }, { path })).rejects.toMatchObject({
    code: "not-found",
  });
  await expect(cluster.podRequest({ ...proxy, port: 9 }, { path })).rejects.toMatchObject({
    code: "unavailable",
  });
  await expect(cluster.podRequest(proxy, { path, maxBytes: 10 })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("larger than 10 bytes") as string,
  });
  await expect(cluster.podRequest(proxy, { path, timeout: millis(0) })).rejects.toMatchObject({
    code: "timeout",
  });
  const stop = new AbortController();
  const stopped = cluster.podRequest(proxy, { path }, stop.signal);
  stop.abort(new Error("the page is gone"));
  await expect(stopped).rejects.toThrow("the page is gone");
});

test("the last lines of a proxy's log are read", async () => {
  const { name } = find("Pod", "bookinfo", "productpage-v1").metadata;
  const pod = { namespace: "bookinfo", name, container: "istio-proxy" };
  await vi.waitFor(
    async () => {
      const text = await cluster.logs(pod, { tailLines: 20 });
      const lines = text.trimEnd().split("\n");
      expect(lines).toHaveLength(20);
      expect(lines.some((line) => line.includes("/productpage"))).toBe(true);
    },
    { timeout: 15_000, interval: 500 },
  );
  await expect(
    cluster.logs({ ...pod, container: "nothing-here" }, { tailLines: 1 }),
  ).rejects.toMatchObject({ name: "AppError" });
});

test("a forwarded port is a byte stream, and ends with its signal", async () => {
  const name = find("Pod", "istio-system", "istiod").metadata.name;
  const stop = new AbortController();
  const stream = await cluster.openPort(
    { namespace: "istio-system", name, port: 15_014 },
    stop.signal,
  );
  stream.write("GET /debug/syncz HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const head = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
  expect(head.toString()).toMatch(/^HTTP\/1\.1 200/);
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stop.abort();
  await closed;
});

test("it is told how often Prometheus scrapes", async () => {
  const metrics = prometheusMetrics(target.prometheus, {
    clock: systemClock,
    observer: { answered: () => undefined, failed: () => undefined },
  });
  await expect
    .poll(() => metrics.scrapeInterval(), { timeout: 8_000 })
    .toBe(BOOKINFO.scrapeSeconds * 1000);
});

import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Millis, millis, seconds } from "@/lib/base/units";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { readEnvoyLevels, setEnvoyLevels } from "../envoy/envoy-logging";
import { meshStore, type RunningMeshStore } from "../mesh/mesh-store";
import type { Cluster } from "../ports";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { logLevels } from "./log-levels-service";
import type { LoggingTarget } from "./programs";

/** Log levels of programs that run, and how they go back. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let mesh: RunningMeshStore;
let proxy: LoggingTarget;
let istiod: LoggingTarget;
let audit: Record<string, unknown>[] = [];
const running: { close(): void }[] = [];
const log = {
  info: (fields: unknown) => void audit.push(fields as Record<string, unknown>),
  warn: () => undefined,
  error: () => undefined,
};

beforeAll(async () => {
  target = await testCluster();
  cluster = kubernetesCluster(
    { type: "kubeconfig", file: target.kubeconfig, context: undefined },
    { clock: systemClock, random: systemRandom },
  );
  mesh = meshStore({ cluster, clock: systemClock, random: systemRandom, log });
  mesh.start();
  await vi.waitFor(() => expect(mesh.ready).toBe(true), { timeout: 15_000, interval: 10 });
  const podOf = (prefix: string) => {
    const pods = mesh.view().list("Pod");
    const { metadata } = pods.find((pod) => pod.metadata.name.startsWith(prefix)) ?? {};
    return { namespace: metadata?.namespace ?? "", name: metadata?.name ?? prefix };
  };
  proxy = { program: "envoy", ...podOf("reviews-v1") };
  istiod = { program: "istiod", ...podOf("istiod") };
});
afterEach(() => {
  for (const each of running.splice(0)) each.close();
  audit = [];
});
afterAll(async () => {
  mesh.close();
  cluster.close();
  await target.stop();
});

/** The service of one process. */
function process({ readOnly = false } = {}) {
  const service = logLevels({ cluster, mesh, clock: systemClock, log, readOnly });
  running.push(service);
  return service;
}

const levelOf = async (of: LoggingTarget, name: string) => {
  const { levels } = await process().read(of);
  return levels.find((each) => each.name === name)?.level;
};
const set = (of: LoggingTarget, levels: Record<string, string>, length: Millis) =>
  process().set(of, levels, length, "request-1");
const soon = { timeout: 8_000, interval: 50 };

test("a logger of a proxy is set for a while and goes back by itself", async () => {
  const before = await levelOf(proxy, "http");
  const service = process();
  service.start();
  await service.set(proxy, { http: "debug" }, millis(600), "request-1");
  const changed = await service.read(proxy);
  expect(changed.levels).toContainEqual({ name: "http", level: "debug", about: undefined });
  await vi.waitFor(() => expect(mesh.view().list("ConfigMap").length).toBeGreaterThan(0), soon);
  await vi.waitFor(async () => expect(await levelOf(proxy, "http")).toBe(before), soon);
  const { user } = cluster.identity;
  await vi.waitFor(() => {
    expect(audit).toEqual([
      expect.objectContaining({ action: "set log levels", levels: { http: "debug" }, user }),
      expect.objectContaining({ action: "put back log levels", levels: { http: before } }),
    ]);
  }, soon);
});

test("what a process that died has changed is put back by the next, and once by two of them", async () => {
  const before = await levelOf(proxy, "rbac");
  await set(proxy, { rbac: "trace" }, millis(300));
  const [first, second] = [process(), process()];
  first.start();
  second.start();
  await vi.waitFor(async () => expect(await levelOf(proxy, "rbac")).toBe(before), soon);
  await vi.waitFor(async () => expect((await first.read(proxy)).change).toBeUndefined(), soon);
  expect(audit.filter(({ action }) => action === "put back log levels")).toHaveLength(1);
});

test("a scope of istiod is told with its end, and put back when asked", async () => {
  const before = await levelOf(istiod, "ads");
  await set(istiod, { ads: "debug" }, seconds(600));
  await vi.waitFor(async () => {
    const { change } = await process().read(istiod);
    expect(change).toMatchObject({ from: { ads: before }, problem: undefined });
    expect(change?.until).toBeGreaterThan(systemClock.now() + seconds(500));
  }, soon);
  expect(await levelOf(istiod, "ads")).toBe("debug");
  await process().putBack(istiod, "request-2");
  await vi.waitFor(async () => expect((await process().read(istiod)).change).toBeUndefined(), soon);
  expect(await levelOf(istiod, "ads")).toBe(before);
});

test("a second change keeps the way back, and what somebody else sets meanwhile stays", async () => {
  const before = await levelOf(proxy, "pool");
  await set(proxy, { pool: "debug", router: "debug" }, seconds(600));
  await set(proxy, { pool: "trace" }, seconds(600));
  await setEnvoyLevels(cluster, proxy, { router: "critical" });
  await process().putBack(proxy, "request-2");
  const levels = await readEnvoyLevels(cluster, proxy);
  expect(levels.find(({ name }) => name === "pool")?.level).toBe(before);
  expect(levels.find(({ name }) => name === "router")?.level).toBe("critical");
  await setEnvoyLevels(cluster, proxy, { router: before ?? "warning" });
});

test.each([
  [{ nonsense: "debug" }, /no logger "nonsense"/],
  [{ http: "loud" }, /"loud" is no level of envoy/],
  [{ http: "debug&level=trace" }, /is no level of envoy/],
])("%j is refused and changes nothing", async (levels, message) => {
  await expect(set(proxy, levels, seconds(60))).rejects.toThrow(message);
  expect(audit).toEqual([]);
});

test("read-only mode reads and refuses to set; a pod that is not there is said to be gone", async () => {
  const service = process({ readOnly: true });
  expect(await service.read(proxy)).toMatchObject({ mayNot: "Quarterdeck runs read-only" });
  await expect(service.set(proxy, { http: "debug" }, seconds(60), "r")).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    service.read({ program: "envoy", namespace: "bookinfo", name: "nobody" }),
  ).rejects.toMatchObject({ code: "not-found" });
});

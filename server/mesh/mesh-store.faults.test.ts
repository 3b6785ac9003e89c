import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { startSandbox, type RunningSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import type { Cluster } from "../ports";
import { CLUSTER } from "../testing/bookinfo-facts";
import { meshStore, type RunningMeshStore } from "./mesh-store";

/** Longer than the longest wait of a reflector in its first minute of trouble. */
const PATIENCE_MS = 25_000;

/** What breaks between us and the API server, and what the mesh shows when it is over. */
describe.skipIf(CLUSTER !== "sandbox")("the mesh comes to the right state after", () => {
  let sandbox: RunningSandbox;
  let cluster: Cluster & { close(): void };
  let mesh: RunningMeshStore;
  let count = 0;

  beforeAll(async () => {
    sandbox = await startSandbox(sandboxOptions(["--port", "0"]));
    const time = { clock: systemClock, random: systemRandom };
    const file = sandbox.address.kubeconfig;
    cluster = kubernetesCluster({ type: "kubeconfig", file, context: undefined }, time);
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    mesh = meshStore({ cluster, log, ...time });
    mesh.start();
    await until(() => mesh.ready && mesh.view().list("VirtualService").length > 0);
  }, PATIENCE_MS);
  afterEach(() => control("DELETE", "/faults"));
  afterAll(async () => {
    mesh.close();
    cluster.close();
    await sandbox.stop();
  });

  const until = (fact: () => boolean): Promise<void> =>
    vi.waitFor(() => expect(fact()).toBe(true), { timeout: PATIENCE_MS, interval: 20 });

  async function control(method: string, path: string, body?: object): Promise<void> {
    const token = /token: (\S+)/.exec(readFileSync(sandbox.address.kubeconfig, "utf8"))?.[1] ?? "";
    const headers = { authorization: `Bearer ${token}` };
    const sent = body ? { method, headers, body: JSON.stringify(body) } : { method, headers };
    const answer = await fetch(`${sandbox.address.control}${path}`, sent);
    expect(answer.ok).toBe(true);
  }
  const fault = (spec: object) => control("POST", "/faults", spec);

  const virtualService = (name: string): KubeObject => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace: "bookinfo" },
    spec: { hosts: [name], http: [{ route: [{ destination: { host: name } }] }] },
  });

  /** Creates some, changes one and deletes another, a little apart. */
  async function changes(): Promise<void> {
    const names = Array.from({ length: 6 }, () => `fault-${(count += 1)}`);
    for (const name of names) {
      await cluster.create(virtualService(name));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [changed = "", deleted = ""] = names;
    const patch = { type: "merge", body: { metadata: { labels: { changed: "yes" } } } } as const;
    await cluster.patch({ kind: "VirtualService", namespace: "bookinfo", name: changed }, patch);
    await cluster.delete({ kind: "VirtualService", namespace: "bookinfo", name: deleted });
  }

  /** Waits until the mesh shows the very versions that the cluster holds. */
  async function agreement(): Promise<void> {
    const versions = (objects: readonly KubeObject[]) =>
      objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
    const listed = () => cluster.list("VirtualService", {});
    const { items } = await vi.waitFor(listed, { timeout: PATIENCE_MS, interval: 100 });
    const stored = versions(items);
    await vi.waitFor(() => expect(versions(mesh.view().list("VirtualService"))).toEqual(stored), {
      timeout: PATIENCE_MS,
      interval: 20,
    });
  }

  test.each([
    ["watches that end all the time", { kind: "watch-cut", everyMs: 100 }],
    ["events that come twice", { kind: "watch-duplicate" }],
  ])("%s", { timeout: 2 * PATIENCE_MS }, async (_, spec) => {
    await fault(spec);
    await changes();
    await control("DELETE", "/faults");
    await agreement();
  });

  test(
    "a storm of errors, and lines torn in the middle",
    { timeout: 2 * PATIENCE_MS },
    async () => {
      const path = "networking.istio.io";
      await fault({ kind: "api-error", status: 500, verb: "watch", rate: 0.6, path });
      await fault({ kind: "api-error", status: 429, verb: "list", retryAfterSeconds: 1, path });
      await fault({ kind: "watch-cut", how: "truncate", everyMs: 300, path });
      await changes();
      await control("DELETE", "/faults");
      await agreement();
    },
  );

  test("a history that was forgotten", { timeout: 2 * PATIENCE_MS }, async () => {
    await fault({ kind: "api-error", status: 503, verb: "watch", path: "virtualservices" });
    await fault({ kind: "watch-cut", how: "reset", path: "virtualservices" });
    await changes();
    await fault({ kind: "api-compact" });
    await control("DELETE", "/faults");
    await agreement();
  });

  test("a server that was away", { timeout: 2 * PATIENCE_MS }, async () => {
    await fault({ kind: "api-restart", downMs: 500 });
    await until(() => mesh.state().state !== "live");
    await agreement();
    await changes();
    await agreement();
  });
});

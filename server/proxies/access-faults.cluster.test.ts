import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type RunningSandbox, startSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import { systemClock } from "../clock";
import { envoyClient } from "../envoy/envoy-client";
import type { RunningMeshStore } from "../mesh/mesh-store";
import type { Cluster } from "../ports";
import { type WatchedProxies, watchedProxies } from "../testing/watched-proxies";
import { istiodPods } from "./mesh-proxies";
import type { Proxies } from "./proxies-service";
import { readerInThisThread } from "./dump-reader";
import { exploreProxy } from "./explore-proxy";
import { proxyDumps } from "./proxy-dumps";
import { proxyTable } from "./proxy-table";

/** What the pages can still say while parts of the mesh do not answer. */
let sandbox: RunningSandbox;
let watched: WatchedProxies;
let cluster: Cluster;
let mesh: RunningMeshStore;
let proxies: Proxies;
const WAIT = { timeout: 15_000, interval: 50 };

beforeAll(async () => {
  sandbox = await startSandbox(sandboxOptions(["--port", "0"]));
  watched = watchedProxies(sandbox.address.kubeconfig);
  ({ cluster, mesh, proxies } = watched);
  await watched.ready();
});
afterAll(async () => {
  watched.close();
  await sandbox.stop();
});

async function faults(method: "POST" | "DELETE", body?: object): Promise<void> {
  const { control, kubeconfig } = sandbox.address;
  const token = /token: "?([^"\n]+)/.exec(await readFile(kubeconfig, "utf8"))?.[1] ?? "";
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${control}/faults`, {
    ...{ method, headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.ok).toBe(true);
}

const table = async () => {
  await proxies.propagation({ since: systemClock.now() });
  return proxyTable(await proxies.snapshot(), mesh.view(), systemClock.now());
};
const silent = async () => (await table()).istiods.filter(({ error }) => error);

test("of three istiods one is down: its proxies stay, with their age, and the others go on", async () => {
  const ref = { kind: "Deployment", namespace: "istio-system", name: "istiod" } as const;
  await cluster.patch(ref, { type: "merge", body: { spec: { replicas: 3 } } });
  await vi.waitFor(() => expect(mesh.view().derive(istiodPods)).toHaveLength(3), WAIT);
  const before = await vi.waitFor(async () => {
    const all = await table();
    expect(all.istiods.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    return all;
  }, WAIT);
  const down = before.rows[0]?.istiod ?? "";
  await faults("POST", { kind: "istiod", how: "down", pod: down });
  await vi.waitFor(async () => {
    expect((await silent()).map(({ name }) => name)).toEqual([down]);
  }, WAIT);
  const now = await table();
  expect(now.counts.total).toBe(before.counts.total);
  const [failed] = await silent();
  expect(failed?.proxies).toBeGreaterThan(0);
  expect(failed?.error?.message).not.toBe("");

  await faults("POST", { kind: "istiod", how: "down" });
  await vi.waitFor(async () => expect(await silent()).toHaveLength(3), WAIT);
  expect((await table()).rows.length).toBeGreaterThan(0);
  await faults("DELETE");
  await vi.waitFor(async () => expect(await silent()).toHaveLength(0), WAIT);
});

test("a pod that is deleted meanwhile, and a name made to escape its path, are one sentence each", async () => {
  const dumps = proxyDumps({
    ...{ envoy: envoyClient(cluster), clock: systemClock, reader: readerInThisThread() },
  });
  const ask = (pod: { namespace: string; name: string }) =>
    dumps.ask<"bootstrap">(pod, { ask: "bootstrap" });
  const pod = mesh
    .view()
    .list("Pod")
    .find(({ metadata }) => metadata.name.startsWith("details-v1"));
  const gone = { namespace: "bookinfo", name: pod?.metadata.name ?? "" };
  await ask(gone);
  await cluster.delete({ kind: "Pod", ...gone });
  await vi.waitFor(async () => {
    await expect(ask(gone)).rejects.toMatchObject({ name: "AppError" });
  }, WAIT);
  for (const name of ["../../secrets", "a/exec?command=sh", "a%2f..", "A", ""]) {
    await expect(ask({ namespace: "bookinfo", name })).rejects.toMatchObject({
      code: "invalid",
    });
  }
  await expect(ask({ namespace: "../kube-system", name: "a" })).rejects.toMatchObject({
    code: "invalid",
  });
  dumps.close();
});

test("a certificate that has run out is told of its proxy, and of no other", async () => {
  const dumps = proxyDumps({
    ...{ envoy: envoyClient(cluster), clock: systemClock, reader: readerInThisThread() },
  });
  const endOf = async (workload: string): Promise<number> => {
    const pods = mesh.view().list("Pod");
    const found = pods.find(({ metadata }) => metadata.name.startsWith(workload));
    const pod = { namespace: "bookinfo", name: found?.metadata.name ?? "" };
    const question = { filter: "", offset: 0, limit: 10 };
    const { rows } = await exploreProxy(dumps, pod, "secrets", question);
    return rows.find(({ type }) => type === "Cert Chain")?.notAfter ?? NaN;
  };
  await faults("POST", {
    ...{ kind: "certificate", namespace: "bookinfo", pod: "reviews-v1*", validMs: 1 },
  });
  await vi.waitFor(async () => {
    expect(await endOf("reviews-v1")).toBeLessThanOrEqual(systemClock.now());
  }, WAIT);
  expect(await endOf("reviews-v2")).toBeGreaterThan(systemClock.now());
  await faults("DELETE");
  dumps.close();
});

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { systemClock } from "../clock";
import { envoyClient } from "../envoy/envoy-client";
import { istiodClient } from "../istiod/istiod-client";
import type { RunningMeshStore } from "../mesh/mesh-store";
import type { Cluster, Live } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type WatchedProxies, watchedProxies } from "../testing/watched-proxies";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { compareProxies, compareWithIstiod, istiodOf } from "./compare-proxies";
import { readerInThisThread } from "./dump-reader";
import { exploreProxy, rawDump } from "./explore-proxy";
import { istiodPods } from "./mesh-proxies";
import type { Proxies } from "./proxies-service";
import { proxyDetail } from "./proxy-detail";
import { type ProxyDumps, proxyDumps } from "./proxy-dumps";
import { proxyTable } from "./proxy-table";
import { walkProxy } from "./walk-proxy";

/** The service over port-forwards to a cluster's istiod and Envoys. */
let target: TestCluster;
let watched: WatchedProxies;
let cluster: Cluster;
let mesh: RunningMeshStore;
let live: Live;
let proxies: Proxies;
let dumps: ProxyDumps;

beforeAll(async () => {
  target = await testCluster();
  watched = watchedProxies(target.kubeconfig);
  ({ cluster, mesh, live, proxies } = watched);
  dumps = proxyDumps({
    envoy: envoyClient(cluster),
    clock: systemClock,
    reader: readerInThisThread(),
  });
  // Before the cluster is read, nothing may be said of its istiods.
  await expect(proxies.snapshot()).rejects.toMatchObject({
    message: "The cluster has not been read yet",
  });
  await watched.ready();
});
afterAll(async () => {
  dumps.close();
  watched.close();
  await target.stop();
});

const table = async () => proxyTable(await proxies.snapshot(), mesh.view(), systemClock.now());

/** A pod of bookinfo by the beginning of its name. */
function pod(prefix: string): { namespace: string; name: string } {
  const found = mesh
    .view()
    .list("Pod")
    .find(({ metadata }) => metadata.name.startsWith(prefix));
  if (!found) throw new Error(`no pod ${prefix}`);
  return { namespace: found.metadata.namespace ?? "", name: found.metadata.name };
}

/** How many proxies there are. */
const all = () => BOOKINFO.proxies.length;

const setWeights = async (v1: number, v2: number): Promise<KubeObject> => {
  const destination = (subset: string, weight: number) => ({
    destination: { host: "reviews", subset },
    weight,
  });
  const { object } = await cluster.patch(
    { kind: "VirtualService", namespace: "bookinfo", name: "reviews" },
    {
      type: "merge",
      body: { spec: { http: [{ route: [destination("v1", v1), destination("v2", v2)] }] } },
    },
  );
  return object;
};

describe("the table", () => {
  test("holds every proxy of the mesh with its release, kind and istiod", async () => {
    const { rows, istiods, counts } = await table();
    expect(rows.map(({ workload, kind }) => `${workload ?? "?"} ${kind}`).sort()).toEqual(
      BOOKINFO.proxies.toSorted(),
    );
    expect(counts).toMatchObject({ total: all(), refused: 0, late: 0, disconnected: 0 });
    expect(istiods).toEqual([expect.objectContaining({ proxies: all(), error: undefined })]);
    for (const { version, istiod } of rows) {
      expect(version).toMatch(/^\d+\.\d+/);
      expect(istiod).toBe(istiods[0]?.name);
    }
  });

  test("a proxy that refuses is refused in Envoy's words, and recovers", async () => {
    const since = systemClock.now();
    await target.proxy(cluster, "reviews-v3", "refuse");
    const refused = await vi.waitFor(
      async () => {
        const { stragglers } = await proxies.propagation({ since });
        expect(stragglers.map(({ state }) => state)).toContain("refused");
        const now = systemClock.now();
        const detail = proxyDetail(await proxies.snapshot(), mesh.view(), now, pod("reviews-v3"));
        // The types are answered one after the other.
        expect(detail.types?.RDS.state).toBe("synced");
        return detail;
      },
      { timeout: 5_000, interval: 50 },
    );
    expect(refused.row.state).toBe("refused");
    expect(refused.row.cause).toMatch(/^Listeners refused: /);
    expect(refused.types?.LDS.error).toContain("Error adding/updating listener(s)");
    const healed = systemClock.now();
    await target.proxy(cluster, "reviews-v3", "well");
    await vi.waitFor(
      async () => {
        const progress = await proxies.propagation({ since: healed });
        const reached = BOOKINFO.filterReaches;
        const done = { pushed: true, synced: reached, total: reached, stragglers: [] };
        expect(progress).toMatchObject(done);
      },
      { timeout: 5_000, interval: 50 },
    );
  });

  test("a name that no pod has is not found", async () => {
    const snapshot = await proxies.snapshot();
    const ask = () =>
      proxyDetail(snapshot, mesh.view(), systemClock.now(), { namespace: "bookinfo", name: "x" });
    expect(ask).toThrow(expect.objectContaining({ code: "not-found" }));
  });
});

describe("a change of the mesh", () => {
  test("is on its way until every proxy has acknowledged it, and then in their routes", async () => {
    const since = systemClock.now();
    await setWeights(70, 30);
    await vi.waitFor(
      async () => {
        const progress = await proxies.propagation({ since });
        expect(progress).toMatchObject({ pushed: true, synced: all(), total: all() });
        const page = await exploreProxy(dumps, pod("productpage"), "routes", {
          filter: "reviews :9080",
          offset: 0,
          limit: 10,
        });
        expect(page.rows.map(({ destination }) => destination)).toEqual([
          "70 % outbound|9080|v1|reviews.bookinfo.svc.cluster.local, 30 % outbound|9080|v2|reviews.bookinfo.svc.cluster.local",
        ]);
        expect(page.rows[0]?.object).toEqual({
          kind: "VirtualService",
          namespace: "bookinfo",
          name: "reviews",
        });
      },
      { timeout: 8_000, interval: 50 },
    );
  });

  test("is told to pages that listen, without their asking", async () => {
    const reader = new AbortController();
    let told = 0;
    const listening = (async () => {
      for await (const { event } of live.events(undefined, reader.signal)) {
        if (event.topic === "proxies") told += 1;
      }
    })();
    await target.proxy(cluster, "ratings-v1", "freeze");
    await setWeights(60, 40);
    await vi.waitFor(
      async () => {
        expect(told).toBeGreaterThan(0);
        const { rows } = await table();
        expect(rows.find(({ workload }) => workload === "ratings-v1")?.state).toBe("pending");
      },
      { timeout: 8_000, interval: 20 },
    );
    await target.proxy(cluster, "ratings-v1", "well");
    reader.abort();
    await listening.catch(() => undefined);
  });
});

describe("the explorer", () => {
  test("pages and filters the rows of one proxy", async () => {
    const ask = (filter: string, limit = 500) =>
      exploreProxy(dumps, pod("productpage"), "clusters", { filter, offset: 0, limit });
    const all = await ask("");
    expect(all.matching).toBe(all.counts.clusters);
    const some = await ask("REVIEWS v2");
    expect(some.rows.map(({ name }) => name)).toEqual([
      "outbound|9080|v2|reviews.bookinfo.svc.cluster.local",
    ]);
    expect((await ask("", 3)).rows).toHaveLength(3);
  });

  test("certificates tell whose they are, objects what they made, a request its way", async () => {
    const proxy = pod("productpage");
    const page = { offset: 0, limit: 500 };
    const secrets = await exploreProxy(dumps, proxy, "secrets", { ...page, filter: "" });
    expect(secrets.rows.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "default Cert Chain",
      "ROOTCA CA",
    ]);
    expect(secrets.rows[0]?.identities[0]).toMatch(/^spiffe:\/\/[^/]+\/ns\/bookinfo\/sa\//);
    const objects = await exploreProxy(dumps, proxy, "objects", { ...page, filter: "reviews" });
    const made = objects.rows.find(({ object }) => object.kind === "VirtualService");
    expect(made?.object.name).toBe("reviews");
    expect(made?.routes).toContain("9080");
    const request = {
      ...{ host: "reviews", port: 9080, path: "/reviews/0", method: "GET", headers: {} },
      protocol: "http",
    } as const;
    const walk = await walkProxy(dumps, proxy, request, mesh.view());
    expect(walk.isCarried).toBe(true);
    const route = walk.steps.find(({ step }) => step === "route");
    expect(route?.object?.name).toBe("reviews");
    expect(route?.field).toMatch(/^spec\.http\[0\]/);
    expect(walk.steps.at(-1)).toMatchObject({
      step: "endpoint",
      chosen: expect.stringMatching(/:9080/) as string,
    });
  });

  test("holds what istiod would send it, and differs from another proxy", async () => {
    const proxy = pod("productpage");
    const pods = mesh.view().derive(istiodPods);
    const { proxies: known } = await proxies.snapshot();
    const compare = () =>
      compareWithIstiod(dumps, istiodClient(cluster), {
        ...{ pod: proxy, istiod: istiodOf(pods, known, proxy), ignoreAddresses: true },
        signal: undefined,
      });
    // The weights that an earlier test put back may still be on their way.
    await expect.poll(async () => (await compare()).differences, { timeout: 15_000 }).toEqual([]);
    const against = await compare();
    expect(against.same.clusters).toBeGreaterThan(5);
    const other = await compareProxies(dumps, [pod("details-v1"), proxy], {
      ignoreAddresses: true,
    });
    expect(other.differences.length).toBeGreaterThan(0);
    expect(() => istiodOf(pods, known, { namespace: "bookinfo", name: "nobody" })).toThrow(
      "No istiod lists",
    );
  });

  test("the raw dump comes by lines, without keys", async () => {
    const page = await rawDump(dumps, pod("productpage"), "Secrets", { offset: 0, limit: 2_000 });
    expect(page.sections).toEqual([
      "Bootstrap",
      "Clusters",
      "Endpoints",
      "Listeners",
      "Routes",
      "Secrets",
    ]);
    expect(page.lines).toHaveLength(page.total);
    // Envoy's own words for a key that it does not show: "[redacted]", as bytes.
    const keys = page.lines.filter((_, index) => page.lines[index - 1]?.includes("private_key"));
    expect(keys.length).toBeGreaterThan(0);
    for (const line of keys) expect(line).toContain("W3JlZGFjdGVkXQ==");
  });

  test("a pod without a proxy answers in one sentence", async () => {
    await expect(
      rawDump(dumps, { namespace: "bookinfo", name: "nobody" }, "Clusters", {
        offset: 0,
        limit: 1,
      }),
    ).rejects.toMatchObject({ name: "AppError" });
  });
});

import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { systemClock, systemRandom } from "@/server/clock";
import { kubernetesCluster } from "@/server/cluster/kubernetes-cluster";
import { BOOKINFO } from "@/server/testing/bookinfo-facts";
import { type TestCluster, testCluster } from "@/server/testing/test-cluster";
import { graphOptions } from "./graph-options";
import { readMeshGraph } from "./read-mesh-graph";

let target: TestCluster;
beforeAll(async () => {
  target = await testCluster();
});
afterAll(() => target.stop());

const read = (...args: string[]) =>
  readMeshGraph(
    graphOptions(["--kubeconfig", target.kubeconfig, "--duration", "30s", ...args]),
    () => undefined,
  );

it("reads a cluster and its Prometheus from the command line, as any type", async () => {
  const named = ["--prometheus", target.prometheus];
  await vi.waitFor(
    async () => {
      const { edges } = await read(...named, "--type", "workload");
      const entry = edges.find(({ target: id }) => id === "bookinfo/productpage-v1");
      expect(entry?.source).toBe("istio-ingress/istio-ingressgateway");
      expect(entry?.requestsPerSecond).toBeGreaterThan(BOOKINFO.requestsPerSecond / 2);
    },
    { timeout: 20_000, interval: 1000 },
  );
  const service = await read(...named, "--type", "service", "-n", "istio-ingress");
  // Another mesh's gateway may call more than the shop.
  expect(service.nodes.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["bookinfo/productpage", "istio-ingress/istio-ingressgateway"]),
  );
  expect(service.nodes.map(({ id }) => id)).not.toContain("bookinfo/reviews");
});

it("judges by configuration too, unless another time is asked for", async () => {
  const cluster = kubernetesCluster(
    { type: "kubeconfig", file: target.kubeconfig, context: undefined },
    { clock: systemClock, random: systemRandom },
  );
  const route = [{ destination: { host: "reviews", subset: "v9" } }];
  await cluster.patch(
    { kind: "VirtualService", namespace: "bookinfo", name: "reviews" },
    { type: "merge", body: { spec: { http: [{ route }] } } },
  );
  cluster.close();
  const rulesOf = async (...args: string[]) => {
    const { nodes } = await read("--prometheus", target.prometheus, ...args);
    const health = nodes.find(({ id }) => id === "bookinfo/reviews")?.health;
    return [health, ...(health?.others ?? [])].map((verdict) => verdict?.rule);
  };
  expect(await rulesOf()).toContain("config");
  expect(await rulesOf("--at", new Date().toISOString())).not.toContain("config");
});

it("says in one line what it cannot reach", async () => {
  await expect(read("--prometheus", "http://127.0.0.1:1")).rejects.toThrow(
    "Cannot reach Prometheus at 127.0.0.1:1",
  );
});

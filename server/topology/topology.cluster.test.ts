import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { summarise } from "@/lib/graph/graph-summary";
import { requestRate } from "@/lib/graph/queries";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { liveHub } from "../live/live";
import { meshStore, type RunningMeshStore } from "../mesh/mesh-store";
import { prometheusMetrics } from "../metrics/prometheus";
import type { Cluster, Metrics } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { boxDetail } from "./box-detail";
import { topologyDetail } from "./topology-detail";
import { type Topology, topologyService } from "./topology-service";

/** The graph of a cluster, its objects over HTTPS and its metrics over HTTP. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let mesh: RunningMeshStore;
let metrics: Metrics;
let topology: Topology;

beforeAll(async () => {
  target = await testCluster();
  const clock = systemClock;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  cluster = kubernetesCluster(
    { type: "kubeconfig", file: target.kubeconfig, context: undefined },
    { clock, random: systemRandom },
  );
  mesh = meshStore({ cluster, clock, random: systemRandom, log });
  mesh.start();
  metrics = prometheusMetrics(target.prometheus, {
    clock,
    observer: { answered: () => undefined, failed: () => undefined },
  });
  topology = topologyService({ metrics, mesh, live: liveHub("test"), clock, log });
  await vi.waitFor(() => expect(mesh.ready && mesh.view().list("Pod").length > 6).toBe(true), {
    timeout: 15_000,
    interval: 20,
  });
});
afterAll(async () => {
  topology.close();
  mesh.close();
  cluster.close();
  await target.stop();
});

const graph = () => topology.graph({ type: "versionedApp", namespaces: [] });
const detail = (target: string, source?: string) =>
  topologyDetail(
    { topology, metrics, clock: systemClock, mesh: mesh.view() },
    { target, source, type: "versionedApp" },
    new AbortController().signal,
  );

describe("the graph of bookinfo", () => {
  it("has its services, six with traffic, each request on one edge, all of it in mutual TLS", async () => {
    const { services, withTraffic, windowSeconds, requestsPerSecond } = BOOKINFO;
    const reading = await vi.waitFor(
      async () => {
        const now = await graph();
        expect(summarise(now.graph)).toMatchObject({
          services,
          withTraffic,
          counts: { failing: 0, degraded: 0 },
        });
        // Latency comes after traffic.
        expect(now.graph.edges.some(({ traffic }) => traffic.latency.p95 !== null)).toBe(true);
        return now;
      },
      // What came before still counts for the length of a window.
      { timeout: 15_000, interval: 500 },
    );
    expect([reading.telemetry.state, reading.telemetry.missing]).toEqual(["live", []]);
    expect(reading.graph.windowSeconds).toBe(windowSeconds);
    const entry = reading.graph.edges.find(
      ({ id }) => id === "istio-ingress/istio-ingressgateway->bookinfo/productpage",
    );
    expect(entry?.traffic.requestsPerSecond).toBeGreaterThan(requestsPerSecond * 0.75);
    expect(entry?.traffic.requestsPerSecond).toBeLessThan(requestsPerSecond * 1.25);
    expect(entry?.traffic.latency.p95).toBeGreaterThan(0);
    expect(entry?.mutualTls).toBe(1);
  });

  it("shows a changed weight beside what is measured as soon as the object changes", async () => {
    await cluster.patch(
      { kind: "VirtualService", namespace: "bookinfo", name: "reviews" },
      {
        type: "merge",
        body: {
          spec: {
            http: [
              {
                route: [
                  { destination: { host: "reviews", subset: "v1" }, weight: 80 },
                  { destination: { host: "reviews", subset: "v2" }, weight: 20 },
                ],
              },
            ],
          },
        },
      },
    );
    await vi.waitFor(async () => {
      const reviews = (await graph()).graph.nodes.find(({ id }) => id === "bookinfo/reviews");
      expect(
        reviews?.versions.map(({ version, wanted, canary }) => [version, wanted, canary]),
      ).toEqual([
        ["v1", 0.8, false],
        ["v2", 0.2, true],
        ["v3", 0, false],
      ]);
    });
  });
});

describe("the detail of a service", () => {
  it("has charts, responses, the pods behind it and the objects that decide", async () => {
    const reviews = await detail("bookinfo/reviews");
    expect(reviews?.requests).toHaveLength(60);
    expect(reviews?.requests.some((rate) => (rate ?? 0) > BOOKINFO.requestsPerSecond / 4)).toBe(
      true,
    );
    expect(reviews?.responses[0]).toMatchObject({ code: "200", flags: "-", failed: false });
    expect(reviews?.pods.map(({ version }) => version).sort()).toEqual(["v1", "v2", "v3"]);
    expect(reviews?.decidedBy.map(({ ref }) => `${ref.kind} ${ref.name}`)).toEqual(
      expect.arrayContaining(["VirtualService reviews", "DestinationRule reviews"]),
    );
  });

  it("comes with queries that Prometheus answers with the same numbers", async () => {
    const edge = await detail("bookinfo/productpage", "istio-ingress/istio-ingressgateway");
    const [answer] = await metrics.query(
      requestRate(edge?.selection ?? {}, edge?.windowSeconds ?? 0, ["response_code"]),
    );
    expect(answer?.labels.response_code).toBe("200");
    expect(answer?.value).toBeGreaterThan(BOOKINFO.requestsPerSecond * 0.75);
  });

  it("tells of a namespace who stands in it, and what comes in", async () => {
    const box = await boxDetail(
      { topology, metrics, clock: systemClock, mesh: mesh.view() },
      { of: "box:bookinfo", type: "versionedApp", namespaces: [] },
      new AbortController().signal,
    );
    expect(box?.contents.members.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(["details", "productpage", "ratings", "reviews"]),
    );
    expect(box?.contents.into.requestsPerSecond).toBeGreaterThan(BOOKINFO.requestsPerSecond / 2);
    expect(box?.requests.some((rate) => (rate ?? 0) > BOOKINFO.requestsPerSecond)).toBe(true);
  });

  it("is nothing for what is not there", async () => {
    expect(await detail("bookinfo/nobody")).toBeNull();
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { endpointSliceView } from "@/lib/k8s/endpoint-slice";
import type { KubeObject } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import type { ObjectStore } from "@/sandbox/contracts";
import { seededRandom } from "@/sandbox/random";
import { startWorkloads, type Workloads } from "./start-workloads";

const START = Date.UTC(2026, 0, 1);
const deployment = (version: string, replicas: number): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "reviews", namespace: "shop" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "reviews" } },
    template: {
      metadata: { labels: { app: "reviews", version } },
      spec: {
        containers: [
          { name: "app", image: "reviews", ports: [{ name: "web", containerPort: 9080 }] },
        ],
      },
    },
  },
});
const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "reviews", namespace: "shop" },
  spec: { selector: { app: "reviews" }, ports: [{ name: "http", port: 80, targetPort: "web" }] },
};

let store: ObjectStore;
let clock: ReturnType<typeof manualClock>;
let workloads: Workloads;

beforeEach(() => {
  clock = manualClock(START);
  const random = seededRandom(1);
  store = emptyCluster(clock, () => random.next()).store;
  store.create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
  });
  store.create({ apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } });
  workloads = startWorkloads(store, clock);
});

const pods = () => store.view().list("Pod");
const endpoints = () => store.view().list("EndpointSlice").map(endpointSliceView)[0];

describe("the controllers of the sandbox", () => {
  it("settle a Deployment into ready pods with a sidecar and endpoints on the named port", () => {
    store.create(deployment("v1", 2));
    store.create(service);
    workloads.settle();
    expect(pods()).toHaveLength(2);
    for (const pod of pods()) {
      expect(podStatus(pod)).toMatchObject({ phase: "Running" });
      expect(pod.metadata.labels).toMatchObject({ "service.istio.io/canonical-revision": "v1" });
      expect(pod).toMatchObject({
        spec: { nodeName: "node-1", containers: [{ name: "app" }, { name: "istio-proxy" }] },
      });
    }
    expect(endpoints()?.endpoints.map(({ conditions }) => conditions?.ready)).toEqual([true, true]);
    expect(endpoints()?.ports).toEqual([{ name: "http", port: 9080, protocol: "TCP" }]);
    expect(store.get("Deployment", "shop", "reviews")).toMatchObject({
      status: { readyReplicas: 2 },
    });
  });

  it("follow a scale up and down", () => {
    store.create(service);
    store.create(deployment("v1", 1));
    clock.advance(5_000);
    expect(pods()).toHaveLength(1);
    const grown = store.get("Deployment", "shop", "reviews");
    store.update({ ...grown!, spec: { ...(grown!["spec"] as object), replicas: 3 } });
    clock.advance(5_000);
    expect(endpoints()?.endpoints).toHaveLength(3);
    const shrunk = store.get("Deployment", "shop", "reviews");
    store.update({ ...shrunk!, spec: { ...(shrunk!["spec"] as object), replicas: 0 } });
    clock.advance(5_000);
    expect(pods()).toEqual([]);
    expect(endpoints()?.endpoints).toEqual([]);
  });

  it("roll a new template out without a moment that lacks ready pods", () => {
    store.create(service);
    store.create(deployment("v1", 2));
    workloads.settle();
    let fewest = Infinity;
    store.subscribe(() => {
      const ready =
        endpoints()?.endpoints.filter(({ conditions }) => conditions?.ready).length ?? 0;
      fewest = Math.min(fewest, ready);
    });
    const before = store.get("Deployment", "shop", "reviews");
    store.update({ ...before!, spec: deployment("v2", 2)["spec"] });
    clock.advance(10_000);
    expect(pods().map(({ metadata }) => metadata.labels?.["version"])).toEqual(["v2", "v2"]);
    expect(fewest).toBeGreaterThanOrEqual(2);
  });

  it("replace a deleted pod", () => {
    store.create(deployment("v1", 1));
    workloads.settle();
    const [first] = pods();
    store.delete("Pod", "shop", first!.metadata.name);
    clock.advance(5_000);
    expect(pods()).toHaveLength(1);
    expect(pods()[0]?.metadata.uid).not.toBe(first!.metadata.uid);
  });

  it("take a pod out of its service while its probe fails", () => {
    store.create(service);
    store.create(deployment("v1", 1));
    workloads.settle();
    const [pod] = pods();
    store.update({
      ...pod!,
      metadata: { ...pod!.metadata, annotations: { "sandbox.quarterdeck.dev/ready": "false" } },
    });
    clock.advance(1_000);
    expect(endpoints()?.endpoints[0]?.conditions?.ready).toBe(false);
  });
});

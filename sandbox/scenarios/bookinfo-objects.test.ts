import { expect, it } from "vitest";
import { isPodReady } from "@/lib/k8s/pod";
import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import { seededRandom } from "@/sandbox/random";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { bookinfoObjects } from "./bookinfo-objects";

it("is a cluster whose every pod is ready", () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const random = seededRandom(1);
  const { store } = emptyCluster(clock, () => random.next());
  for (const object of bookinfoObjects) store.create(object);
  startWorkloads(store, clock).settle();
  const pods = store.view().list("Pod");
  expect(
    pods
      .filter(isPodReady)
      .map(({ metadata }) => metadata.name.replace(/-[^-]+-[^-]+$/, ""))
      .sort(),
  ).toEqual([
    "details-v1",
    "details-v2",
    "istio-ingressgateway",
    "istiod",
    "productpage-v1",
    "ratings-v1",
    "reviews-v1",
    "reviews-v2",
    "reviews-v3",
  ]);
  expect(store.view().list("VirtualService")).toHaveLength(3);
});

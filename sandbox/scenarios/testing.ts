import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import type { ObjectStore } from "@/sandbox/contracts";
import { seededRandom } from "@/sandbox/random";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { CLUSTER_NAMESPACES } from "./cluster-namespaces";
import { scenarioContent } from "./registry";

/** The cluster of a scenario at rest, with every pod that its workloads ask for. */
export function clusterOf(scenario: string, seed = 1): ObjectStore {
  const clock = manualClock();
  const random = seededRandom(seed);
  const { store } = emptyCluster(clock, () => random.next());
  for (const namespace of CLUSTER_NAMESPACES) store.create(namespace);
  for (const object of scenarioContent(scenario, seed).objects) store.create(object);
  startWorkloads(store, clock).settle();
  return store;
}

import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import type { SimulationClock } from "@/sandbox/contracts";
import { ApiObjects } from "./api-objects";
import { ClusterStore } from "./cluster-store";
import { PodLogStore } from "./pod-log-store";
import { VirtualPodNetwork } from "./pod-network";
import { Storage } from "./storage";
import { TypeRegistry } from "./type-registry";

/** All that the embedded cluster holds. */
export interface ClusterState {
  readonly clock: SimulationClock;
  readonly objects: ApiObjects;
  readonly store: ClusterStore;
  readonly network: VirtualPodNetwork;
  readonly logs: PodLogStore;
}

/** A cluster that holds the definitions of Istio's and the Gateway API's kinds, and nothing else. */
export function emptyCluster(clock: SimulationClock, random: () => number): ClusterState {
  const storage = new Storage();
  const types = new TypeRegistry(storage);
  const objects = new ApiObjects(storage, types, { clock, random });
  const store = new ClusterStore(objects);
  for (const definition of customResourceDefinitions()) store.create(definition);
  return { clock, objects, store, network: new VirtualPodNetwork(), logs: new PodLogStore(clock) };
}

import { documentedDefinitions } from "@/lib/istio/field-docs/documented-definitions";
import type { KubeObject } from "@/lib/k8s/object";
import type { SimulationClock } from "@/sandbox/contracts";
import { AccountTokens } from "./access/account-tokens";
import { aggregateRoles } from "./access/aggregate-roles";
import { Authorizer } from "./access/authorizer";
import { DEFAULT_ROLES } from "./access/default-roles";
import { ApiObjects } from "./api-objects";
import { ClusterStore } from "./cluster-store";
import { OpenStreams } from "./open-streams";
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
  /** Watches and followed logs that are open. */
  readonly streams: OpenStreams;
  /** Who may do what. */
  readonly authorizer: Authorizer;
  /** Tokens of ServiceAccounts. */
  readonly tokens: AccountTokens;
}

/**
 * A cluster that holds the definitions of custom kinds (Istio's and the Gateway API's where none
 * are given) and the default roles.
 */
export function emptyCluster(
  clock: SimulationClock,
  random: () => number,
  definitions: readonly KubeObject[] = documentedDefinitions(),
): ClusterState {
  const storage = new Storage();
  const types = new TypeRegistry(storage);
  const objects = new ApiObjects(storage, types, { clock, random });
  const store = new ClusterStore(objects);
  for (const definition of definitions) store.create(definition);
  aggregateRoles(storage);
  for (const object of DEFAULT_ROLES) store.create(object);
  return {
    clock,
    objects,
    store,
    network: new VirtualPodNetwork(),
    logs: new PodLogStore(clock),
    streams: new OpenStreams(),
    authorizer: new Authorizer(storage),
    tokens: new AccountTokens(storage, clock),
  };
}

import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { type ClusterState, emptyCluster } from "@/sandbox/api/cluster-state";
import { seededRandom } from "@/sandbox/random";
import type { Transport } from "@/server/cluster/transport";
import { rolloutDefinition } from "@/server/rollouts/install-definition";
import { completed } from "./given-objects";
import { keepPods } from "./simulated-pods";
import { inProcessApi, inProcessTransport } from "./in-process-api";
import { liveWeights, mainObject } from "./live-shares";
import type { VirtualTime } from "./virtual-time";

/** The sandbox's API and what it holds, without its controllers: pods are as the file says. */
export interface SimulatedCluster {
  readonly state: ClusterState;
  readonly transport: Transport;
  view(): MeshView;
  onChange(listener: (object: KubeObject) => void): void;
  /** Percent of each version as the cluster holds it now; empty where the route is gone. */
  weightsOf(rollout: CanaryRollout): Readonly<Record<string, number>>;
}

/** A cluster with the objects of a simulation file. @throws StatusError for what the API refuses */
export function simulatedCluster(
  time: VirtualTime,
  given: readonly Readonly<Record<string, unknown>>[],
  {
    rollouts,
    store: kept,
  }: {
    readonly rollouts: readonly CanaryRollout[];
    /** What keeps the rollouts. */
    readonly store: "customResource" | "configMap";
  },
): SimulatedCluster {
  const random = seededRandom(1);
  const state = emptyCluster(time.simulation, () => random.next(), openDefinitions());
  const { store } = state;
  const all = completed(given, rollouts);
  const isDefined = all.some(({ metadata }) => metadata.name === rolloutDefinition.metadata.name);
  if (kept === "customResource" && !isDefined) store.create(rolloutDefinition);
  for (const object of all) store.create(object);
  keepPods(store);
  return {
    state,
    transport: inProcessTransport(inProcessApi(state), time.stir),
    view: () => store.view(),
    onChange: (listener) => void store.subscribe(({ object }) => listener(object)),
    weightsOf(rollout) {
      const view = store.view();
      const main = mainObject(view, rollout);
      return (main && liveWeights(view, main.object, rollout)) ?? {};
    },
  };
}

const GROUPS = /\.(networking\.istio\.io|gateway\.networking\.k8s\.io)$/;
let opened: readonly KubeObject[] | undefined;

/** A mesh may be newer than we are: what its kinds know and ours don't is kept as it is. */
const openDefinitions = (): readonly KubeObject[] =>
  (opened ??= customResourceDefinitions()
    .filter(({ metadata }) => GROUPS.test(metadata.name))
    .map((definition) => ({ ...definition, spec: open(definition["spec"]) })));

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (!isRecord(value)) return value;
  const opened = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, open(inner)]),
  );
  return value["type"] === "object" && isRecord(value["properties"])
    ? { ...opened, "x-kubernetes-preserve-unknown-fields": true }
    : opened;
}

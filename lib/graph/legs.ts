import type { MeshView } from "@/lib/mesh/view";
import { type ConfiguredEdge, configuredEdges } from "./configured-edges";
import { type Flow, mergeFlows, type Telemetry } from "./flows";
import { type Identity, isWaypoint, namingOf } from "./identity";
import type { GraphType } from "./mesh-graph";
import { endsNaming } from "./named-ends";
import type { Party } from "./parties";
import type { PathFacts } from "./reported-once";
import { isIdle, NO_LATENCY, sumTraffic } from "./traffic";
import { workloadIndex } from "./workload-index";

/** One flow, and who its ends are. */
export interface Leg {
  readonly flow: Flow;
  readonly source: Identity;
  readonly target: Identity;
}

/**
 * All flows of the telemetry with their ends named. A proxy goes on to report requests that once
 * reached no pod of a service as zero; with none of them left there is nothing to show.
 */
export function legsOf(telemetry: Telemetry, mesh: MeshView, type: GraphType): readonly Leg[] {
  const naming = endsNaming(type, mesh);
  return mergeFlows(telemetry, pathFacts(mesh))
    .map((flow) => ({ flow, ...naming(flow) }))
    .filter(({ flow, target }) => {
      const lost = target.kind === "service" && target.workload === undefined;
      return !lost || !isIdle(sumTraffic([flow], NO_LATENCY));
    });
}

/** Routes of gateways with their ends named. */
export const configuredLegs = (mesh: MeshView, type: GraphType): readonly ConfiguredEdge[] =>
  configuredEdges(mesh, namingOf(type, mesh));

function pathFacts(mesh: MeshView): PathFacts {
  const { workloads } = mesh.derive(workloadIndex);
  const find = ({ namespace, workload }: Party) => workloads.get(`${namespace}/${workload}`);
  return {
    isWaypoint: (party) => {
      const workload = find(party);
      return workload !== undefined && isWaypoint(workload);
    },
    isAmbient: (party) => find(party)?.pods.some(({ ambient }) => ambient) ?? false,
  };
}

/** The id of a version of a node; a `null` revision gathers requests that reached no pod. */
export const versionId = (nodeId: string, revision: string | null): string =>
  `${nodeId}@${revision ?? ""}`;

/** Whether `leafId`, of a node or of one of its versions, means this party. */
export const isLeaf = ({ id, revision }: Identity, leafId: string): boolean =>
  id === leafId || versionId(id, revision) === leafId;

import type { MeshView } from "@/lib/mesh/view";
import { type Flow, mergeFlows, type Telemetry } from "./flows";
import { type Identity, identifySource, identifyTarget } from "./identity";

/** One flow, and who its ends are. */
export interface Leg {
  readonly flow: Flow;
  readonly source: Identity;
  readonly target: Identity;
}

/** All flows of the telemetry with their ends named. */
export function legsOf(telemetry: Telemetry, mesh: MeshView): readonly Leg[] {
  return mergeFlows(telemetry).map((flow) => ({
    flow,
    source: identifySource(flow.source, mesh),
    target: identifyTarget(flow.target, mesh, flow.source.namespace),
  }));
}

/** The id of a version of a node; a `null` revision gathers requests that reached no pod. */
export const versionId = (nodeId: string, revision: string | null): string =>
  `${nodeId}@${revision ?? ""}`;

/** Whether `leafId`, of a node or of one of its versions, means this party. */
export const isLeaf = ({ id, revision }: Identity, leafId: string): boolean =>
  id === leafId || versionId(id, revision) === leafId;

import type { MeshView } from "@/lib/mesh/view";
import { type Flow, mergeFlows, type Telemetry } from "./flows";
import { isIdle, NO_LATENCY, sumTraffic } from "./traffic";
import { type Identity, identifySource, identifyTarget } from "./identity";

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
export function legsOf(telemetry: Telemetry, mesh: MeshView): readonly Leg[] {
  return mergeFlows(telemetry)
    .map((flow) => ({
      flow,
      source: identifySource(flow.source, mesh),
      target: identifyTarget(flow.target, mesh, flow.source.namespace),
    }))
    .filter(({ flow, target }) => {
      const lost = target.kind === "service" && target.workload === undefined;
      return !lost || !isIdle(sumTraffic([flow], NO_LATENCY));
    });
}

/** The id of a version of a node; a `null` revision gathers requests that reached no pod. */
export const versionId = (nodeId: string, revision: string | null): string =>
  `${nodeId}@${revision ?? ""}`;

/** Whether `leafId`, of a node or of one of its versions, means this party. */
export const isLeaf = ({ id, revision }: Identity, leafId: string): boolean =>
  id === leafId || versionId(id, revision) === leafId;

import type { MeshView } from "@/lib/mesh/view";
import type { Telemetry } from "./flows";
import { type Identity, namesOfMesh } from "./identity";
import { type LatencyLookup, latencyLookup } from "./latency";
import { type PastLookup, pastLookup } from "./latency-health";
import { type Leg, legsOf } from "./legs";
import type { GraphType } from "./mesh-graph";

/** What one reading of the telemetry says, with those it is about named. */
export interface Measured {
  readonly legs: readonly Leg[];
  readonly past: PastLookup;
  /** `split` are the nodes whose versions are drawn singly, which `leafOf` says the ids of. */
  readonly latency: (
    split: ReadonlySet<string>,
    leafOf: (identity: Identity) => string,
  ) => LatencyLookup;
}

interface Known {
  readonly names: string;
  readonly measured: Measured;
}

const known = new WeakMap<Telemetry, Map<GraphType, Known>>();

/**
 * Names all that a reading is about. Most changes of a mesh are of objects that name nothing: for
 * those the same reading is not gone through again.
 */
export function measuredOf(telemetry: Telemetry, mesh: MeshView, type: GraphType): Measured {
  const names = mesh.derive(namesOfMesh);
  const byType = known.get(telemetry) ?? new Map<GraphType, Known>();
  known.set(telemetry, byType);
  const before = byType.get(type);
  if (before?.names === names) return before.measured;
  const latencies = new Map<string, LatencyLookup>();
  const measured: Measured = {
    legs: legsOf(telemetry, mesh, type),
    past: pastLookup(telemetry, mesh, type),
    latency(split, leafOf) {
      const key = [...split].sort().join(" ");
      const lookup = latencies.get(key) ?? latencyLookup(telemetry, mesh, type, leafOf);
      latencies.set(key, lookup);
      return lookup;
    },
  };
  byType.set(type, { names, measured });
  return measured;
}

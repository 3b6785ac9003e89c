import type { MeshView } from "@/lib/mesh/view";
import type { Flow, Telemetry } from "./flows";
import { isLeaf, type Leg, legsOf } from "./legs";
import type { GraphType } from "./mesh-graph";
import { CLIENT_REPORTERS, type Selection } from "./queries";

/** Where the series of a drawn thing are to be found. */
export interface SeriesSelection {
  readonly selection: Selection;
  /** It has HTTP or gRPC requests. */
  readonly requests: boolean;
  readonly tcp: boolean;
}

/**
 * The label values by which Prometheus has the traffic of a node, a version or an edge.
 *
 * @param ends one id for a node or version (its inbound traffic, or what it sends on when nobody
 *   calls it), two for an edge.
 * @returns undefined when the telemetry has nothing of it.
 */
export function seriesOf(
  ends: { readonly source?: string; readonly target: string },
  telemetry: Telemetry,
  mesh: MeshView,
  type: GraphType,
): SeriesSelection | undefined {
  const { source, target } = ends;
  const legs = legsOf(telemetry, mesh, type);
  const inbound = legs.filter(
    (leg) => isLeaf(leg.target, target) && (source === undefined || isLeaf(leg.source, source)),
  );
  const outbound =
    inbound.length > 0 || source !== undefined
      ? []
      : legs.filter((leg) => isLeaf(leg.source, target));
  const chosen = inbound.length > 0 ? inbound : outbound;
  if (chosen.length === 0) return undefined;

  // Both sides together would count requests twice, so the client's is taken where there is any.
  const client = chosen.filter(({ flow }) => flow.reporter !== "destination");
  const counted = client.length > 0 ? client : chosen;
  const one = (read: (flow: Flow) => string) => distinct(counted, read);
  return {
    selection: {
      reporter: client.length > 0 ? CLIENT_REPORTERS : "destination",
      ...(source === undefined && inbound.length > 0
        ? {}
        : {
            source_workload: one(({ source: { workload } }) => workload),
            source_workload_namespace: one(({ source: { namespace } }) => namespace),
          }),
      ...(outbound.length > 0
        ? {}
        : {
            destination_workload: one(({ target: { workload } }) => workload),
            destination_service_name: one(({ target: { service } }) => service),
            destination_service_namespace: one(({ target }) => target.serviceNamespace),
          }),
    },
    requests: counted.some(({ flow }) => flow.protocol !== "tcp"),
    tcp: counted.some(({ flow }) => flow.protocol === "tcp"),
  };
}

/** One value, or a list; what Istio left out it calls `unknown`. */
function distinct(legs: readonly Leg[], read: (flow: Flow) => string): string | readonly string[] {
  const values = [...new Set(legs.map(({ flow }) => read(flow) || "unknown"))].sort();
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}

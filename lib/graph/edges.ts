import { compare, groupBy } from "./collect";
import type { Joins } from "./drafts";
import { CONFIGURED_ONLY, trafficHealth, UNMEASURED } from "./health";
import type { Identity } from "./identity";
import type { KeptParts } from "./kept-parts";
import type { LatencyLookup } from "./latency";
import type { Leg } from "./legs";
import { edgeId, type GraphEdge, nodeIdOf } from "./mesh-graph";
import type { ErrorLimits } from "./response-limits";
import { NO_LATENCY, sumTraffic } from "./traffic";

interface Context {
  readonly latency: LatencyLookup;
  readonly windowSeconds: number;
  /** Prometheus has answered. */
  readonly measured: boolean;
  /** The limits of the node that an edge leads to. */
  readonly limitsOf: (node: string) => readonly ErrorLimits[] | undefined;
  /** The edges of the same legs as they were made before. */
  readonly kept: KeptParts<GraphEdge>;
}

/**
 * The edges of a graph, sorted by id: one for all flows between two leaves, and one for each route
 * of a gateway that no flow takes.
 */
export function edgesOf(
  { legs, configured }: Joins,
  leafOf: (identity: Identity) => string,
  context: Context,
): GraphEdge[] {
  const ends = ({ source, target }: { source: Identity; target: Identity }) => ({
    source: leafOf(source),
    target: leafOf(target),
  });
  const routes = new Map(
    configured.map((edge) => {
      const joined = ends(edge);
      return [edgeId(joined.source, joined.target), joined];
    }),
  );
  const flows = groupBy(legs, (leg) => {
    const { source, target } = ends(leg);
    return edgeId(source, target);
  });
  const observed = [...flows].map(([id, members]) => {
    const [first] = members;
    if (!first) throw new TypeError(`edge ${id} has no flow`);
    const joined = ends(first);
    const { latency, kept, limitsOf } = context;
    const configured = routes.has(id);
    const limits = limitsOf(nodeIdOf(joined.target));
    return kept.take(id, [latency, configured, ...(limits ?? [])], () =>
      observedEdge({ id, ...joined, configured }, { legs: members, limits }, context),
    );
  });
  const unused = [...routes]
    .filter(([id]) => !flows.has(id))
    .map(([id, { source, target }]): GraphEdge => ({
      id,
      source,
      target,
      traffic: sumTraffic([], NO_LATENCY),
      mutualTls: null,
      reporters: [],
      configured: true,
      health: context.measured ? CONFIGURED_ONLY : UNMEASURED,
    }));
  return [...observed, ...unused].sort((a, b) => compare(a.id, b.id));
}

function observedEdge(
  edge: Pick<GraphEdge, "id" | "source" | "target" | "configured">,
  {
    legs,
    limits,
  }: { readonly legs: readonly Leg[]; readonly limits: readonly ErrorLimits[] | undefined },
  { latency, windowSeconds }: Pick<Context, "latency" | "windowSeconds">,
): GraphEdge {
  const traffic = sumTraffic(
    legs.map(({ flow }) => flow),
    latency.edge(edge.id),
  );
  const seen = legs.reduce((sum, { flow }) => sum + flow.secured.all, 0);
  const secured = legs.reduce((sum, { flow }) => sum + flow.secured.mutualTls, 0);
  return {
    ...edge,
    traffic,
    mutualTls: seen > 0 ? secured / seen : null,
    reporters: [...new Set(legs.map(({ flow }) => flow.reporter))].sort(compare),
    health: trafficHealth(traffic, windowSeconds, limits),
  };
}

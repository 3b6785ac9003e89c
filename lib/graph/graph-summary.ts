import type { GraphNode, HealthState, MeshGraph } from "./mesh-graph";
import { severity } from "./health";
import { compare, groupBy } from "./collect";
import { errorsPerSecond, isIdle } from "./traffic";

/** A node to look at, and why. */
export interface UnwellNode extends Pick<GraphNode, "id" | "health"> {
  /** With its namespace where another one of them has the same name. */
  readonly name: string;
}

/** What fails, in one line. */
export interface GraphSummary {
  readonly services: number;
  readonly withTraffic: number;
  /** Nodes to look at, worst first; only failing and degraded ones. */
  readonly unwell: readonly UnwellNode[];
  readonly counts: Readonly<Record<HealthState, number>>;
}

/** Counts services, gateways and external hosts; clusters of Envoy and unknown clients are none. */
export function summarise(graph: Pick<MeshGraph, "nodes">): GraphSummary {
  const services = graph.nodes.filter(({ kind }) => NAMED.has(kind));
  const counts = { failing: 0, degraded: 0, healthy: 0, idle: 0, unknown: 0 };
  for (const { health } of services) counts[health.state] += 1;
  const unwell = graph.nodes
    .filter(({ health }) => health.state === "failing" || health.state === "degraded")
    .sort(
      (a, b) =>
        severity(b.health.state) - severity(a.health.state) ||
        (errorsPerSecond(b.inbound) ?? 0) - (errorsPerSecond(a.inbound) ?? 0) ||
        compare(a.id, b.id),
    )
    .map(({ id, name, namespace, health }) => ({ id, name, namespace, health }));
  const names = groupBy(unwell, ({ name }) => name);
  return {
    services: services.length,
    withTraffic: services.filter(({ inbound }) => !isIdle(inbound)).length,
    unwell: unwell.map(({ id, name, namespace, health }): UnwellNode => {
      const alone = namespace === undefined || names.get(name)?.length === 1;
      return { id, name: alone ? name : `${namespace}/${name}`, health };
    }),
    counts,
  };
}

const NAMED: ReadonlySet<GraphNode["kind"]> = new Set([
  "service",
  "workload",
  "gateway",
  "external",
]);

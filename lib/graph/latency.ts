import { isClientSide, type LabelledValue, sourceOf, targetOf, type Telemetry } from "./flows";
import type { Identity } from "./identity";
import { identifyApp, identifySource, identifyTarget } from "./identity";
import { versionId } from "./legs";
import { edgeId, type GraphLevel, type Latency } from "./mesh-graph";
import type { MeshView } from "@/lib/mesh/view";
import type { Quantile } from "./queries";

/** Looks quantiles up by the id of an edge, of a node, or of a version. */
export interface LatencyLookup {
  edge(id: string): Latency;
  node(id: string): Latency;
  version(id: string): Latency;
}

interface Seen {
  client: number | null;
  server: number | null;
}

/**
 * Finds the quantiles that Prometheus worked out for what the graph draws.
 *
 * The client's measure is taken before the server's, as for rates. Where several series make one
 * drawn thing (a service called by two names), the largest is taken: quantiles cannot be added.
 */
export function latencyLookup(
  telemetry: Telemetry,
  mesh: MeshView,
  level: GraphLevel,
  leafOf: (identity: Identity) => string,
): LatencyLookup {
  const found = new Map<string, Record<Quantile, Seen>>();
  for (const quantile of ["p50", "p95", "p99"] as const) {
    for (const { labels, value } of telemetry[quantile]) {
      const key = keyOf(labels, mesh, level, leafOf);
      if (key === undefined || value === null || !Number.isFinite(value)) continue;
      const entry = found.get(key) ?? { p50: unseen(), p95: unseen(), p99: unseen() };
      const side = isClientSide(labels) ? "client" : "server";
      entry[quantile][side] = Math.max(entry[quantile][side] ?? 0, value);
      found.set(key, entry);
    }
  }
  const look = (key: string): Latency => {
    const entry = found.get(key);
    const read = (quantile: Quantile) =>
      entry?.[quantile].client ?? entry?.[quantile].server ?? null;
    return { p50: read("p50"), p95: read("p95"), p99: read("p99") };
  };
  return {
    edge: (id) => look(`edge ${id}`),
    node: (id) => look(`node ${id}`),
    version: (id) => look(`version ${id}`),
  };
}

/** What a series of latency is about; undefined when this level does not draw it. */
function keyOf(
  labels: LabelledValue["labels"],
  mesh: MeshView,
  level: GraphLevel,
  leafOf: (identity: Identity) => string,
): string | undefined {
  const source = sourceOf(labels);
  const target = targetOf(labels);
  if (labels.source_workload !== undefined) {
    if (level === "services") return undefined;
    const ends = [
      identifySource(source, mesh),
      identifyTarget(target, mesh, source.namespace),
    ] as const;
    return `edge ${edgeId(leafOf(ends[0]), leafOf(ends[1]))}`;
  }
  const called = () =>
    target.app ? identifyApp(target, mesh) : identifyTarget(target, mesh, source.namespace);
  if (labels.source_canonical_service !== undefined) {
    if (level === "versions") return undefined;
    return `edge ${edgeId(identifyApp(source, mesh).id, called().id)}`;
  }
  if (labels.destination_workload !== undefined) {
    const { id, revision } = identifyTarget(target, mesh);
    return `version ${versionId(id, revision)}`;
  }
  return `node ${called().id}`;
}

const unseen = (): Seen => ({ client: null, server: null });

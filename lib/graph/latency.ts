import { type Ends, endsOf } from "./ends";
import type { Telemetry } from "./flows";
import type { Identity } from "./identity";
import { versionId } from "./legs";
import { edgeId, type GraphType, type Latency } from "./mesh-graph";
import { endsNaming } from "./named-ends";
import { isClientSide } from "./parties";
import type { MeshView } from "@/lib/mesh/view";
import type { Quantile } from "./queries";

/** Quantiles that Prometheus worked out; the mean is worked out from flows. */
export type Quantiles = Omit<Latency, "average">;

/** Looks quantiles up by the id of an edge, of a node, or of a version. */
export interface LatencyLookup {
  edge(id: string): Quantiles;
  node(id: string): Quantiles;
  version(id: string): Quantiles;
}

/** The largest value of each side; a number each where there is one. */
type Seen = Record<Quantile, number | null>;

/**
 * Finds the quantiles that Prometheus worked out for what the graph draws.
 *
 * The client's measure is taken before the server's, as for rates. Where several series make one
 * drawn thing (a service called by two names), the largest is taken: quantiles cannot be added.
 */
export function latencyLookup(
  telemetry: Telemetry,
  mesh: MeshView,
  type: GraphType,
  leafOf: (identity: Identity) => string,
): LatencyLookup {
  const naming = endsNaming(type, mesh);
  const byWorkload = type === "versionedApp" || type === "workload";
  const client = new Map<string, Seen>();
  const server = new Map<string, Seen>();
  // The quantiles are of the same series: what each is about is worked out once.
  const keys = new Map<Ends, string | undefined>();
  const knownKeyOf = (ends: Ends) => {
    if (!keys.has(ends)) keys.set(ends, keyOf(ends.about, naming(ends), { type, leafOf }));
    return keys.get(ends);
  };
  for (const quantile of ["p50", "p95", "p99"] as const) {
    for (const { labels, value } of telemetry[quantile]) {
      if (value === null || !Number.isFinite(value)) continue;
      const ends = endsOf(labels);
      // What joins services is another part of the answer than what joins versions.
      if (ends.about === (byWorkload ? "services" : "versions")) continue;
      const key = knownKeyOf(ends);
      if (key === undefined) continue;
      const found = isClientSide(labels) ? client : server;
      const entry = found.get(key) ?? { p50: null, p95: null, p99: null };
      entry[quantile] = Math.max(entry[quantile] ?? 0, value);
      found.set(key, entry);
    }
  }
  const look = (key: string): Quantiles => {
    const [first, second] = [client.get(key), server.get(key)];
    const read = (quantile: Quantile) => first?.[quantile] ?? second?.[quantile] ?? null;
    return { p50: read("p50"), p95: read("p95"), p99: read("p99") };
  };
  return {
    edge: (id) => look(`edge ${id}`),
    node: (id) => look(`node ${id}`),
    version: (id) => look(`version ${id}`),
  };
}

/** What a series of latency is about; undefined when a graph of this type does not draw it. */
function keyOf(
  about: Ends["about"],
  { source, target }: { readonly source: Identity; readonly target: Identity },
  { type, leafOf }: { readonly type: GraphType; readonly leafOf: (identity: Identity) => string },
): string | undefined {
  switch (about) {
    case "versions":
      return `edge ${edgeId(leafOf(source), leafOf(target))}`;
    case "services":
      return `edge ${edgeId(source.id, target.id)}`;
    case "version":
      // A workload is a node of its own; all other nodes gather several.
      return type === "workload"
        ? `node ${target.id}`
        : `version ${versionId(target.id, target.revision)}`;
    case "service":
      return type === "workload" ? undefined : `node ${target.id}`;
  }
}

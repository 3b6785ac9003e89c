import type { Telemetry } from "./flows";
import { type Identity, type Naming, namingOf } from "./identity";
import { versionId } from "./legs";
import { edgeId, type GraphType, type Latency } from "./mesh-graph";
import { isClientSide, type LabelledValue, sourceOf, targetOf } from "./parties";
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
  type: GraphType,
  leafOf: (identity: Identity) => string,
): LatencyLookup {
  const naming = namingOf(type, mesh);
  const found = new Map<string, Record<Quantile, Seen>>();
  // The quantiles are of the same series: what each is about is worked out once.
  const keys = new Map<string, string | undefined>();
  const knownKeyOf = (labels: LabelledValue["labels"]) => {
    const series = seriesName(labels);
    if (!keys.has(series)) keys.set(series, keyOf(labels, naming, type, leafOf));
    return keys.get(series);
  };
  for (const quantile of ["p50", "p95", "p99"] as const) {
    for (const { labels, value } of telemetry[quantile]) {
      const key = knownKeyOf(labels);
      if (key === undefined || value === null || !Number.isFinite(value)) continue;
      const entry = found.get(key) ?? { p50: unseen(), p95: unseen(), p99: unseen() };
      const side = isClientSide(labels) ? "client" : "server";
      entry[quantile][side] = Math.max(entry[quantile][side] ?? 0, value);
      found.set(key, entry);
    }
  }
  const look = (key: string): Quantiles => {
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

/** The labels that say what a series is about; one that is absent differs from one that is empty. */
const NAMING_LABELS = [
  ...["source_workload", "source_workload_namespace", "source_canonical_service"],
  ...["source_canonical_revision", "destination_workload", "destination_workload_namespace"],
  ...["destination_canonical_service", "destination_canonical_revision", "destination_service"],
  ...["destination_service_name", "destination_service_namespace"],
];

function seriesName(labels: LabelledValue["labels"]): string {
  let name = "";
  for (const label of NAMING_LABELS) name += `\u0000${labels[label] ?? "\u0001"}`;
  return name;
}

/** What a series of latency is about; undefined when a graph of this type does not draw it. */
function keyOf(
  labels: LabelledValue["labels"],
  naming: Naming,
  type: GraphType,
  leafOf: (identity: Identity) => string,
): string | undefined {
  const source = sourceOf(labels);
  const target = () => naming.target(targetOf(labels), source.namespace);
  const byWorkload = type === "versionedApp" || type === "workload";
  if (labels.source_workload !== undefined) {
    if (!byWorkload) return undefined;
    return `edge ${edgeId(leafOf(naming.source(source)), leafOf(target()))}`;
  }
  if (labels.source_canonical_service !== undefined) {
    if (byWorkload) return undefined;
    return `edge ${edgeId(naming.source(source).id, target().id)}`;
  }
  const { id, revision } = target();
  if (labels.destination_workload !== undefined) {
    // A workload is a node of its own; all other nodes gather several.
    return type === "workload" ? `node ${id}` : `version ${versionId(id, revision)}`;
  }
  return type === "workload" ? undefined : `node ${id}`;
}

const unseen = (): Seen => ({ client: null, server: null });

import type { MeshView } from "@/lib/mesh/view";
import { compare, compareNatural, groupBy } from "./collect";
import type { ConfiguredEdge } from "./configured-edges";
import { type Identity, isWaypoint, namingOf } from "./identity";
import type { Leg } from "./legs";
import type { GraphType } from "./mesh-graph";
import { type WorkloadFact, workloadIndex } from "./workload-index";

/** A node while its parts are gathered. */
export interface NodeDraft {
  readonly identity: Pick<Identity, "id" | "kind" | "name" | "namespace">;
  readonly workloads: readonly WorkloadFact[];
  readonly inbound: readonly Leg[];
  readonly outbound: readonly Leg[];
  /** Canonical revisions, sorted; `null` last, when requests reached no pod. */
  readonly revisions: readonly (string | null)[];
  /** What it is called by, sorted. */
  readonly services: readonly string[];
}

/** What joins nodes: traffic, and routes that there may be no traffic on. */
export interface Joins {
  readonly legs: readonly Leg[];
  readonly configured: readonly ConfiguredEdge[];
}

/** The nodes of a graph, each with all that telemetry and the cluster have of it. */
export function draftsOf(
  { legs, configured }: Joins,
  mesh: MeshView,
  type: GraphType,
): ReadonlyMap<string, NodeDraft> {
  const naming = namingOf(type, mesh);
  const workloadsOf = new Map<string, WorkloadFact[]>();
  const identities = new Map<string, Identity>();
  for (const { source, target } of [...configured, ...legs]) {
    for (const identity of [source, target]) identities.set(identity.id, identity);
  }
  // A waypoint stands on the edges that it counts, not between them.
  const drawn = [...mesh.derive(workloadIndex).workloads.values()].filter((w) => !isWaypoint(w));
  const ofCluster = drawn.flatMap((workload) =>
    naming.nodesOf(workload).map((identity) => ({ identity, workload })),
  );
  for (const [id, members] of groupBy(ofCluster, ({ identity }) => identity.id)) {
    const workloads = members.map(({ workload }) => workload);
    workloadsOf.set(id, workloads);
    const [first] = members;
    if (first && isInMesh(workloads)) identities.set(id, first.identity);
  }
  const inbound = groupBy(legs, ({ target }) => target.id);
  const outbound = groupBy(legs, ({ source }) => source.id);
  return new Map(
    [...identities].map(([id, { kind, name, namespace }]): [string, NodeDraft] => {
      const parts = {
        workloads: workloadsOf.get(id) ?? [],
        inbound: inbound.get(id) ?? [],
        outbound: outbound.get(id) ?? [],
      };
      return [
        id,
        {
          identity: { id, kind, name, ...(namespace === undefined ? {} : { namespace }) },
          ...parts,
          revisions: revisionsOf(parts),
          services: servicesOf({ kind, name }, parts, type),
        },
      ];
    }),
  );
}

type Parts = Pick<NodeDraft, "workloads" | "inbound" | "outbound">;

function revisionsOf({ workloads, inbound, outbound }: Parts): readonly (string | null)[] {
  const seen = [
    ...workloads.filter((workload) => workload.pods.length > 0).map(({ revision }) => revision),
    ...inbound.map(({ target }) => target.revision),
    ...outbound.map(({ source }) => source.revision),
  ];
  const known = [...new Set(seen.flatMap((revision) => revision ?? []))].sort(compareNatural);
  return seen.includes(null) ? [...known, null] : known;
}

function servicesOf(
  { kind, name }: Pick<Identity, "kind" | "name">,
  { workloads, inbound }: Parts,
  type: GraphType,
): readonly string[] {
  if (kind === "external" || kind === "passthrough" || kind === "blackhole") return [];
  if (type === "service" && kind === "service") return [name];
  const names = [
    ...workloads.flatMap(({ services }) => services),
    ...inbound.flatMap(({ target }) => target.service ?? []),
  ];
  return [...new Set(names)].sort(compare);
}

const isInMesh = (workloads: readonly WorkloadFact[]) =>
  workloads.some(({ pods }) => pods.some(({ inMesh }) => inMesh));

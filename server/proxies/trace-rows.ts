import type { MeshView } from "@/lib/mesh/view";
import { clusterName, type ClusterRow } from "@/lib/xds/cluster-rows";
import type { ListenerRow } from "@/lib/xds/listener-rows";
import type { RouteRow } from "@/lib/xds/route-rows";
import type { WalkStep } from "@/lib/xds/walk/walk";
import { chainField, clusterField, routeField, routeFields } from "@/lib/xds/trace/field-of";

/** A row with the field of its object that made it; undefined where that cannot be told. */
export type Traced<Row> = Row & { readonly field: string | undefined };

const objectIn =
  (mesh: MeshView) =>
  ({ kind, namespace, name }: NonNullable<RouteRow["object"]>) =>
    mesh.get(kind, namespace, name);

/** Its name on a resource does not tell an HTTPRoute from a GRPCRoute: the cluster does. */
function withKind<Row extends Pick<RouteRow, "object">>(row: Row, mesh: MeshView): Row {
  const { object } = row;
  if (object?.kind !== "HTTPRoute" || mesh.get("HTTPRoute", object.namespace, object.name)) {
    return row;
  }
  return mesh.get("GRPCRoute", object.namespace, object.name)
    ? { ...row, object: { ...object, kind: "GRPCRoute" } }
    : row;
}

/** Routes with the lines of their objects, as the cluster has these now. */
export function tracedRoutes(rows: readonly RouteRow[], mesh: MeshView): Traced<RouteRow>[] {
  const known = rows.map((row) => withKind(row, mesh));
  const fields = routeFields(known, objectIn(mesh));
  return known.map((row, index) => ({ ...row, field: fields[index] }));
}

/** Filter chains with the lines of their objects. */
export const tracedChains = (rows: readonly ListenerRow[], mesh: MeshView): Traced<ListenerRow>[] =>
  rows.map((row) => ({ ...row, field: chainField(row, objectIn(mesh)) }));

/** Clusters with the parts of their DestinationRules. */
export const tracedClusters = (rows: readonly ClusterRow[], mesh: MeshView): Traced<ClusterRow>[] =>
  rows.map((row) => ({ ...row, field: clusterField(row, objectIn(mesh)) }));

/** Decisions about a request with the lines behind them: of routes, and of clusters. */
export const tracedSteps = (steps: readonly WalkStep[], mesh: MeshView): Traced<WalkStep>[] =>
  steps
    .map((step) => withKind(step, mesh))
    .map((step) => {
      const object = step.object && objectIn(mesh)(step.object);
      if (step.words) return { ...step, field: object && routeField(step.words, object) };
      const subset = clusterName(step.chosen)?.subset ?? "";
      return { ...step, field: clusterField({ object: step.object, subset }, objectIn(mesh)) };
    });
